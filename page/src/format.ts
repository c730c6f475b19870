const units = ["B", "kB", "MB", "GB", "TB"];

/** A size as people read it: 0 B, 999 B, 1.2 kB, 48 MB. Decimal, as file managers count. */
export function size(bytes: number): string {
  let n = bytes;
  let unit = 0;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${unit > 0 && n < 9.95 ? n.toFixed(1) : n.toFixed(0)} ${units[unit]}`;
}

/** A time that has passed, in ms, as people read it: 9 ms, 1.2 s, 3 min. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 99_500) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** A time to wait, in ms, no finer than it can be known: 8 s left, 3 min left, 2 h 10 min left. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min left`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min left` : "more than a day left";
}

/** A part of the whole in per cent, never 100 before it is whole. */
export function percent(part: number, whole: number): string {
  return `${whole > 0 ? Math.floor((part / whole) * 100) : 0} %`;
}

/** 1 file, 2 files. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
