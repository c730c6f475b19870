import { redactQuery } from "./redact.ts";
import { SignpostError, withoutQuery } from "./errors.ts";

/**
 * No answer. Its code is `NetworkError` or `Timeout`; or the reason, where one is known:
 *
 * - `CSP`: the page's Content-Security-Policy forbids the request.
 * - `CORS`: the server is up, but the browser keeps its answers from this page: the deployment's `AllowedOrigins` don't
 *   list the page's origin, or other code adds a header to the request.
 * - `NotFound`: the API is up, and has let this page in, but seems not to have this route.
 */
export class NetworkError extends SignpostError {
  override readonly name = "NetworkError";
}

/** That nothing came back from there. The cause's words may name the URL too. */
export function noAnswer(method: string, url: string, cause: unknown, code = "NetworkError"): NetworkError {
  const plain = cause instanceof Error ? new Error(redactQuery(`${cause} ${cause.cause ?? ""}`, url)) : undefined;
  return new NetworkError(`no answer to ${method} ${withoutQuery(url)}`, { code, method, url, cause: plain });
}
