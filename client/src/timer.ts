/** The longest that a timer can run, in ms: a longer one ends at once (HTML Standard, "Timers"). */
const longest = 2 ** 31 - 1;

/** setTimeout for any number of ms. */
export function startTimer(work: (_: void) => void, ms: number): ReturnType<typeof setTimeout> {
  return setTimeout(work, Math.min(longest, ms));
}
