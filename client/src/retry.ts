import { isOffline, untilOnline } from "./connectivity.ts";
import { NetworkError, SignpostError } from "./errors.ts";
import { onDemand } from "./on_demand.ts";
import { allowing, watchPolicy, type Clues } from "./unreachable.ts";

/**
 * How a request is retried after a temporary failure. `retryable` in errors.ts decides which
 * failures are temporary.
 */
export interface RetryOptions {
  /**
   * The number of retries. Waiting while the browser is offline doesn't count.
   *
   * @default 8
   */
  limit: number;
  /**
   * The wait before the first retry, in ms; it doubles with each retry. Each wait is shortened by a
   * random time, to no less than half, so that many clients don't retry at the same time, and then
   * limited to `maxDelay`. If the API's `Retry-After` asks for more, the client waits that long, up
   * to `maxDelay`.
   *
   * @default 500
   */
  minDelay: number;
  /**
   * The longest wait, in ms.
   *
   * @default 20_000
   */
  maxDelay: number;
  /**
   * A request to S3 fails if no byte is sent or received for this time, in ms. S3 may take minutes
   * to join parts, but sends spaces meanwhile.
   *
   * @default 60_000
   */
  stallTimeout: number;
  /**
   * The slowest upload to expect, in bytes per second, while the page can't see bytes being sent:
   * behind a service worker, or after the last byte, which a proxy may hold. Such a request may be
   * silent for the time that its bytes take at this speed, plus `stallTimeout`; for less if earlier
   * requests were answered sooner.
   *
   * @default 8_000
   */
  minSpeed: number;
}

/** The context of a request's tries. */
export interface RetryContext {
  retry: RetryOptions;
  signal: AbortSignal;
  /** Called before each wait. */
  onWait?: ((state: "offline" | "waiting") => void) | undefined;
  /** Whether the deployment may lack the route. */
  isOptional?: boolean;
}

/**
 * Errors of requests that have used up their tries. If one request needs another first, their tries
 * don't multiply.
 */
const exhausted = new WeakSet<SignpostError>();

/**
 * Tries until the attempt succeeds, fails for good, or has failed `limit` + 1 times. Rejects with
 * the last error.
 */
export async function withRetries<T>(attempt: () => Promise<T>, context: RetryContext): Promise<T> {
  const { retry, signal, onWait, isOptional = false } = context;
  const clues: Clues = { forbidden: new Set() };
  const endWatch = watchPolicy(clues);
  try {
    for (let failures = 0; ; ) {
      signal.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof SignpostError) || !error.retryable || exhausted.has(error)) throw error;
        const isUnanswered = error.code === "NetworkError";
        if (error instanceof NetworkError && isOffline()) {
          onWait?.("offline");
          await untilOnline(retry.maxDelay, signal);
          continue;
        }
        const isLast = failures++ >= retry.limit;
        if (isUnanswered) {
          const { message, url = "", cause } = error;
          const reason = await onDemand(signal, async (signal) => {
            const { diagnose } = await import("./diagnosis.ts");
            return diagnose({ url, isOptional, failures, isLast, clues, allowing, signal });
          });
          if (reason) throw new NetworkError(`${message}: ${reason.advice}`, { ...error, code: reason.code, cause });
        }
        if (isLast) {
          exhausted.add(error);
          throw error;
        }
        onWait?.("waiting");
        await untilOnline(delay(failures, retry, error.retryAfter), signal);
      }
    }
  } finally {
    endWatch();
  }
}

/**
 * "Equal Jitter" of "Exponential Backoff And Jitter" (AWS Architecture Blog): between half and all
 * of the longest wait.
 */
function delay(failures: number, { minDelay, maxDelay }: RetryOptions, retryAfter: number | undefined): number {
  const wait = minDelay * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
  return Math.min(maxDelay, Math.max((retryAfter || 0) * 1000, wait));
}
