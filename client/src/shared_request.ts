import type { RetryContext } from "./retry.ts";

/** Who waits for a request. */
export type Caller = Pick<RetryContext, "signal" | "onWait">;

/** One request for several callers. It goes on until it is answered, or all of them have aborted. */
export class SharedRequest<T> {
  /** Whether it has failed or was aborted, so that it has no answer for another caller. */
  isOver = false;
  readonly #callers = new Set<Caller>();
  readonly #abort = new AbortController();
  readonly #answer: Promise<T>;

  constructor(ask: (all: Caller) => Promise<T>) {
    const onWait = (state: "offline" | "waiting") => this.#callers.forEach((caller) => caller.onWait?.(state));
    this.#answer = ask({ signal: this.#abort.signal, onWait });
    this.#answer.then(
      () => this.#callers.clear(),
      () => (this.isOver = true),
    );
  }

  /** Resolves with the answer. Rejects with the request's error, or the reason of the caller's abort. */
  join(caller: Caller): Promise<T> {
    const { signal } = caller;
    this.#callers.add(caller);
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        reject(signal.reason);
        if (!this.#callers.delete(caller) || this.#callers.size > 0) return;
        this.isOver = true;
        this.#abort.abort();
      };
      if (signal.aborted) leave();
      signal.addEventListener("abort", leave, { once: true });
      this.#answer.then(resolve, reject);
    });
  }
}
