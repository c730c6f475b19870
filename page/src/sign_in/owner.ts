const storageKey = "signpost-page:owner";

/**
 * Records which user the unfinished uploads in localStorage belong to; "" for nobody. localStorage
 * outlives the tab, so the next user to sign in may be somebody else.
 *
 * @returns whether the unfinished uploads were this user's already, or nobody's
 */
export function takeOwnership(userId: string): boolean {
  try {
    const owner = localStorage.getItem(storageKey);
    if (userId === "") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, userId);
    return owner === null || owner === userId;
  } catch {
    return true; // The browser blocks storage, so there are no unfinished uploads in it.
  }
}
