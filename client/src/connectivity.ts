/** Whether what the browser says of being offline is to be believed: some say it on a machine that has only itself. */
let believed = true;

const { navigator } = globalThis;

/** Notes that a server has answered. */
export function noteAnswer(): void {
  if (navigator?.onLine === false) believed = false;
}

/** Whether the browser has no network. Never true where nobody can tell, as in Node. */
export function isOffline(): boolean {
  return believed && navigator?.onLine === false;
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
  if (typeof location === "undefined") return false;
  try {
    const timeout = AbortSignal.timeout(5000);
    await fetch(new URL("/", url), { mode: "no-cors", cache: "no-store", signal: AbortSignal.any([signal, timeout]) });
    return true;
  } catch {
    return false;
  }
}
