/** What this tab keeps: sessionStorage, where the browser lets the page have it. Else nothing is kept. */
export function readNote(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Keeps a value until the tab is closed; null keeps none. */
export function writeNote(key: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Blocked or full: it is only for the next page load.
  }
}
