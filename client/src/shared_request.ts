import type { RetryContext } from "./retry.ts";

/** Who waits for a request. */
export type Caller = Pick<RetryContext, "signal" | "onWait">;

/** One request for several callers. */
export interface SharedRequest<T> {
  /** Whether it has failed or was aborted, so that it has no answer for another caller. */
  isOver: boolean;
  /** Resolves with the answer. Rejects with the request's error, or the reason of the caller's abort. */
  join(caller: Caller): Promise<T>;
}

/** Begins a request. It goes on until it is answered, or all callers have aborted. */
export function share<T>(ask: (all: Caller) => Promise<T>): SharedRequest<T> {
  const callers = new Set<Caller>();
  const abort = new AbortController();
  const answer = ask({ signal: abort.signal, onWait: (state) => callers.forEach(({ onWait }) => onWait?.(state)) });
  const request: SharedRequest<T> = {
    isOver: false,
    join: (caller) =>
      new Promise((resolve, reject) => {
        const { signal } = caller;
        const leave = () => {
          reject(signal.reason);
          if (callers.delete(caller) && callers.size === 0) abort.abort((request.isOver = true));
        };
        callers.add(caller);
        if (signal.aborted) leave();
        signal.addEventListener("abort", leave);
        answer.then(resolve, reject);
      }),
  };
  answer.then(
    () => callers.clear(),
    () => (request.isOver = true),
  );
  return request;
}
