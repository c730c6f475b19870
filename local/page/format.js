// @ts-check

const units = ["B", "kB", "MB", "GB"];

/**
 * A size as people read it: 0 B, 999 B, 1.2 kB, 48 MB. Decimal, as file managers count.
 *
 * @param {number} bytes
 */
export function size(bytes) {
  let n = bytes;
  let unit = 0;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${unit > 0 && n < 9.95 ? n.toFixed(1) : n.toFixed(0)} ${units[unit]}`;
}

/**
 * A time as people read it: 9 ms, 1.2 s, 3 min.
 *
 * @param {number} ms
 */
export function duration(ms) {
  if (ms < 999.5) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 99_500) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}
