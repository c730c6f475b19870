import { isOffline, untilOnline } from "./connectivity.ts";
import { suspect, watchPolicy } from "./unreachable.ts";
import { NetworkError } from "./errors.ts";
import { SignpostError } from "./errors.ts";

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
   * come back at once. `Retry-After`, where the API's answer has it, is waited within `maxDelay`.
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
  /**
   * Bytes a second that a body moves at least where the page can't watch it: behind a service worker, or after the last
   * byte, when a proxy may hold it. So long, and `stallTimeout` more, such a request may be silent; on a line whose
   * answers have come sooner, less.
   *
   * @default 8_000
   */
  minSpeed: number;
}

/** What a request's tries have to do with what is around them. */
export interface RetryContext {
  retry: RetryOptions;
  signal: AbortSignal;
  /** Called before a wait. */
  onWait?: ((why: "offline" | "waiting") => void) | undefined;
  /** Whether it asks for a route that the deployment may not have. */
  isOptional?: boolean;
}

/** ms, in which the browser tells of a request that it has forbidden. */
const eventDelay = 20;

/** Errors of requests that have had all their tries: where one request needs another first, those don't multiply. */
const spent = new WeakSet<SignpostError>();

/** Does it until it works, until it fails for good, or until the limit is reached; then rejects with the last error. */
export async function withRetries<T>(attempt: () => Promise<T>, context: RetryContext): Promise<T> {
  const { retry, signal, onWait, isOptional = false } = context;
  const policy = watchPolicy();
  try {
    let suspected: string | undefined;
    for (let failures = 0; ; ) {
      signal.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof SignpostError) || !error.retryable || spent.has(error)) throw error;
        const unanswered = error.code === "NetworkError";
        if (unanswered && isOffline()) {
          onWait?.("offline");
          await untilOnline(retry.maxDelay, signal);
          continue;
        }
        const url = error.url ?? "";
        if (unanswered) await untilOnline(eventDelay, signal);
        if (policy.forbids(url)) throw explained(error, "CSP");
        const isLast = failures++ >= retry.limit;
        if (unanswered && failures > 1) {
          // Before and after a try, or after all of them.
          const now = await suspect({ url, isOptional, isLast, signal });
          if (now && (now === suspected || (isLast && failures > 2))) throw explained(error, now);
          suspected = now;
        }
        if (isLast) {
          spent.add(error);
          throw error;
        }
        onWait?.("waiting");
        await untilOnline(delay(failures, retry, error.retryAfter), signal);
      }
    }
  } finally {
    policy.end();
  }
}

/** "Full jitter" of "Exponential Backoff And Jitter" (AWS Architecture Blog), but never less than half. */
function delay(failures: number, { minDelay, maxDelay }: RetryOptions, retryAfter: number | undefined): number {
  const longest = minDelay * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
  return Math.min(maxDelay, Math.max((retryAfter || 0) * 1000, longest));
}

/** The error with its reason, and what to do about that. */
function explained(error: SignpostError, code: "CSP" | "CORS" | "NotFound"): NetworkError {
  const { message, url = "", cause } = error;
  const advice =
    code === "CSP"
      ? `connect-src of the page's Content-Security-Policy must list ${new URL(url).origin}`
      : code === "CORS"
        ? `AllowedOrigins must list ${globalThis.origin}, and no other code may add headers`
        : "the deployment may lack this route";
  return new NetworkError(`${message}: ${advice}`, { ...error, code, cause });
}
