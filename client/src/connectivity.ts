import { startTimer } from "./timer.ts";

const { navigator } = globalThis;

/** Whether the browser reports that it has no network. False if it can't tell, as in Node. */
export function isOffline(): boolean {
  return navigator?.onLine === false;
}

/**
 * Waits `ms` milliseconds, or until the network comes back if that is sooner. Rejects with the
 * signal's reason when that is aborted.
 */
export async function untilOnline(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const over = new AbortController();
  const once = { signal: over.signal };
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<unknown>((resolve) => {
    timer = startTimer(resolve, ms);
    globalThis.addEventListener?.("online", resolve, once);
    signal.addEventListener("abort", resolve, once);
  });
  clearTimeout(timer);
  over.abort();
  signal.throwIfAborted();
}
