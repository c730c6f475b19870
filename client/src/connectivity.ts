const { navigator } = globalThis;

/** Whether the browser says that it has no network. Never true where nobody can tell, as in Node. */
export function isOffline(): boolean {
  return navigator?.onLine === false;
}

/** Waits for so many ms, or less: until the network comes back. Rejects with the signal's reason if that aborts. */
export async function untilOnline(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const over = new AbortController();
  const once = { signal: over.signal };
  await new Promise<unknown>((resolve) => {
    const timer = setTimeout(resolve, ms);
    over.signal.addEventListener("abort", () => clearTimeout(timer));
    globalThis.addEventListener?.("online", resolve, once);
    signal.addEventListener("abort", resolve, once);
  });
  over.abort();
  signal.throwIfAborted();
}

/**
 * Whether the URL's server answers anything at all. In mode no-cors the answer can't be read, but it comes whatever the
 * page's origin. Only where there are origins: elsewhere no answer means no server.
 */
export async function isReachable(url: string, signal: AbortSignal): Promise<boolean> {
  if (!globalThis.location) return false;
  try {
    const timeout = AbortSignal.timeout(5000);
    await fetch(new URL("/", url), { mode: "no-cors", cache: "no-store", signal: AbortSignal.any([signal, timeout]) });
    return true;
  } catch {
    return false;
  }
}
