/** What it gives, or undefined where it throws, as the browser's own objects may: a storage, in a frame, under a policy. */
export function attempt<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}
