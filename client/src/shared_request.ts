import type { RetryContext } from "./retry.ts";

/** Who waits for a request. */
export type Caller = Pick<RetryContext, "signal" | "onWait">;

/** One request for several callers. */
export interface SharedRequest<T> {
  /** Aborted if it has failed, or nobody waits for it any more: it has no answer for another caller. */
  over: AbortSignal;
  /** Resolves with the answer. Rejects with the request's error, or the reason of the caller's abort. */
  join(caller: Caller): Promise<T>;
}

/** Begins a request. It goes on until it is answered, or all callers have aborted. */
export function share<T>(ask: (all: Caller) => Promise<T>): SharedRequest<T> {
  const callers = new Set<Caller>();
  const over = new AbortController();
  const answer = ask({ signal: over.signal, onWait: (state) => callers.forEach(({ onWait }) => onWait?.(state)) });
  answer.then(
    () => callers.clear(),
    () => over.abort(),
  );
  return {
    over: over.signal,
    join: (caller) =>
      new Promise((resolve, reject) => {
        const { signal } = caller;
        const leave = () => {
          reject(signal.reason);
          if (callers.delete(caller) && callers.size === 0) over.abort();
        };
        callers.add(caller);
        if (signal.aborted) leave();
        signal.addEventListener("abort", leave);
        answer.then(resolve, reject);
      }),
  };
}
