import { isOffline, isReachable, untilOnline } from "./connectivity.ts";
import { NetworkError } from "./network_error.ts";
import { SignpostError } from "./signpost_error.ts";

/** How a request is tried again that failed in a way that passes: no answer, 5xx, 429, SlowDown. */
export interface RetryOptions {
  /**
   * How many times after the first. Being offline doesn't count.
   *
   * @default 8
   */
  limit: number;
  /**
   * The longest first wait, in ms; it doubles each time, and a random part of it is waited, so that many clients don't
   * come back at once. `Retry-After`, where the API's answer has it, is waited at least.
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
   * After how many ms without a byte moving a request to S3 counts as failed. Joining parts may take S3 minutes, but it
   * sends spaces meanwhile.
   *
   * @default 60_000
   */
  stallTimeout: number;
}

/** What a request's tries have to do with what is around them. */
export interface RetryContext {
  retry: RetryOptions;
  signal: AbortSignal;
  /** Called before a wait. */
  onWait?: ((why: "offline" | "waiting") => void) | undefined;
}

/** Errors of requests that have had all their tries: where one request needs another first, those don't multiply. */
const spent = new WeakSet<SignpostError>();

/** Does it until it works, until it fails for good, or until the limit is reached; then rejects with the last error. */
export async function withRetries<T>(attempt: () => Promise<T>, context: RetryContext): Promise<T> {
  const { retry, signal, onWait } = context;
  let wasReachable = false;
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SignpostError) || !error.retryable) throw error;
      const noAnswer = error instanceof NetworkError;
      if (noAnswer && isOffline()) {
        onWait?.("offline");
        await untilOnline(retry.maxDelay, signal);
        continue;
      }
      if (failures++ >= retry.limit) spent.add(error);
      if (spent.has(error)) throw error;
      // A server that answers others before and after we got nothing keeps its answers from this page.
      const reachable = noAnswer && failures > 1 && (await isReachable(error.url ?? "", signal));
      if (reachable && wasReachable) throw refusedByOrigin(error);
      wasReachable = reachable;
      onWait?.("waiting");
      await untilOnline(delay(failures, retry, error.retryAfter), signal);
    }
  }
}

/** "Full jitter" of "Exponential Backoff And Jitter" (AWS Architecture Blog), but never less than half. */
function delay(failures: number, { minDelay, maxDelay }: RetryOptions, retryAfter: number | undefined): number {
  const longest = Math.min(maxDelay, minDelay * 2 ** (failures - 1));
  return Math.max((retryAfter || 0) * 1000, longest * (0.5 + Math.random() / 2));
}

function refusedByOrigin(error: NetworkError): NetworkError {
  const message = `${error.message}, though the server is there: AllowedOrigins must list ${location.origin}`;
  return new NetworkError(message, { ...error, code: "CORS" });
}
