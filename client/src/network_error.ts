import { SignpostError, withoutQuery } from "./signpost_error.ts";

/**
 * No answer. Its code is `NetworkError`, `Timeout`, or `CORS` where the server is up but the browser keeps its answers
 * from this page, because the deployment's `AllowedOrigins` don't list the page's origin.
 */
export class NetworkError extends SignpostError {
  override readonly name = "NetworkError";
}

/** That nothing came back from there. */
export function noAnswer(method: string, url: string, cause: unknown, code = "NetworkError"): NetworkError {
  return new NetworkError(`no answer to ${method} ${withoutQuery(url)}`, { code, method, url, cause });
}
