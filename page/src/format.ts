const units = ["B", "kB", "MB", "GB", "TB"];

/** Formats a size in decimal units, as file managers do: 0 B, 999 B, 1.2 kB, 48 MB. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** Formats a duration in ms: 9 ms, 1.2 s, 3 min. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 99_500) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/**
 * Formats an estimate of the remaining time, given in ms: 8 s left, 3 min left, 2 h 10 min left.
 */
export function timeLeft(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min left`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min left` : "more than a day left";
}

/** Formats a share of the whole: 0%, 42%. It is rounded down, so that 100% means all of it. */
export function percent(part: number, whole: number): string {
  return `${whole > 0 ? Math.floor((part / whole) * 100) : 0}%`;
}

const dateFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** Formats a point in time: 3 Feb 2026, 14:05. */
export function date(value: Date): string {
  return dateFormat.format(value);
}

/** Formats a number of things: 1 file, 2 files. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
