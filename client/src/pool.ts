/** Does the work when it is its turn. Rejects with the signal's reason if that aborts while it waits. */
export type Pool = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/** Lets so many things happen at once, in the order they were asked for. */
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
      // The place goes straight to the next, so that nobody slips in between.
      const [next] = waiting;
      if (next) next();
      else places++;
      waiting.delete(next!);
    }
  };
}
