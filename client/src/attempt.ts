/**
 * Returns what `access` returns, or undefined if it throws, as a browser's own objects may (storage
 * in a frame).
 */
export function attempt<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}
