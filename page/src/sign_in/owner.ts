const storageKey = "signpost-page:owner";

/**
 * Notes whose unfinished uploads this browser remembers; "" for nobody's. They are in localStorage, so that closing the
 * tab doesn't lose them; so whoever signs in next has to be known to be the same.
 *
 * @returns whether what is remembered is this user's, or there is nothing
 */
export function takeOwnership(userId: string): boolean {
  try {
    const owner = localStorage.getItem(storageKey);
    if (userId === "") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, userId);
    return owner === null || owner === userId;
  } catch {
    return true; // no storage, so nothing is remembered
  }
}
