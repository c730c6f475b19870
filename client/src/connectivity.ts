import { startTimer } from "./timer.ts";

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
