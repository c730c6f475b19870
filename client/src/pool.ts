/**
 * Runs a job when a place is free. Rejects with the signal's reason if that is aborted while it
 * waits.
 */
export type Pool = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/** Runs at most `places` jobs at a time, in the order of the calls. */
export function newPool(places: number): Pool {
  const waiting = new Set<() => void>();
  return async (signal, work) => {
    signal.throwIfAborted();
    if (places > 0) places--;
    else {
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve);
        signal.addEventListener("abort", () => waiting.delete(resolve) && reject(signal.reason), { once: true });
      });
    }
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      // The place is handed to the next in line, so that no new call takes it first.
      const [next] = waiting;
      if (next) next();
      else places++;
      waiting.delete(next!);
    }
  };
}
