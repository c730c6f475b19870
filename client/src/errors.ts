// Every error of this client. Two rejections are not these errors: an upload that was aborted
// rejects with the reason of the abort, and what the token source throws is passed on unchanged.
import { redactQuery } from "./redact.ts";
import type { Problem } from "./types.ts";

/** The facts of an error. */
export interface ErrorDetails {
  /** A code of the API, of S3, or of this client. */
  code: string;
  /** The HTTP status, if there was an answer. */
  status?: number | undefined;
  /** Identifies the request in the API's log, or to AWS Support. */
  requestId?: string | undefined;
  method?: string | undefined;
  /** Without the query, which is a credential in a signed URL. */
  url?: string | undefined;
  /** The seconds of `Retry-After`; 0 or NaN without one. */
  retryAfter?: number | undefined;
  cause?: unknown;
  /** The fields of the subclass. */
  [more: string]: unknown;
}

/** The base class of this client's errors. */
export class SignpostError extends Error {
  override readonly name: string = "SignpostError";
  declare readonly code: string;
  declare readonly status: number | undefined;
  declare readonly requestId: string | undefined;
  declare readonly method: string | undefined;
  declare readonly url: string | undefined;
  declare readonly retryAfter: number | undefined;

  constructor(message: string, { cause, url, ...details }: ErrorDetails) {
    super(message, { cause });
    Object.assign(this, details, { url: url && withoutQuery(url) });
  }

  /**
   * Whether the same request may succeed later: there was no answer, or the server was busy or
   * failed.
   */
  get retryable(): boolean {
    const { code, status = 0 } = this;
    return status > 499 || [408, 409, 429].includes(status) || /^NetworkError|^NotLoaded|Timeout$|^IncompleteBody/.test(code);
  }
}

/** The API refused the request. `code` and `message` are the API's. */
export class ApiError extends SignpostError {
  override readonly name = "ApiError";
  /** The field, parameter or header to correct. */
  declare readonly field: string | undefined;
  /** Every problem of the request, if it has more than one; else empty. */
  declare readonly problems: Problem[];
  /** The limit that was exceeded, in the unit of `field`: bytes for a size. */
  declare readonly limit: number | undefined;
  /** The values that the deployment accepts, such as its media types. */
  declare readonly allowed: string[] | undefined;
}

/** S3 refused the request. `code` is S3's. */
export class S3Error extends SignpostError {
  override readonly name = "S3Error";
  /** S3's own message, if it has one. */
  declare readonly s3Message: string | undefined;
  /** Whether the signed URL, or the credentials that signed it, had expired. */
  declare readonly isExpired: boolean;
}

/**
 * There was no answer. `code` is `NetworkError` or `Timeout`, `NotLoaded` if the page's code for files
 * in parts can't be loaded, or the reason if it is known:
 *
 * - `CSP`: the page's Content-Security-Policy forbids the request.
 * - `CORS`: the server is up, but the browser withholds its answers from this page. Either the
 *   deployment's `AllowedOrigins` lack the page's origin, or other code adds a header to the
 *   request, or the deployment is too old to have the route.
 * - `NotFound`: the API is up and allows this page, but doesn't seem to have this route.
 */
export class NetworkError extends SignpostError {
  override readonly name = "NetworkError";
}

/**
 * The file can't be read any more: it was changed, moved or deleted after it was chosen. Its code
 * is `NotReadable`.
 */
export class FileError extends SignpostError {
  override readonly name = "FileError";

  constructor(cause?: unknown) {
    super("the file has changed, or can't be read", { code: "NotReadable", cause });
  }
}

/** A NetworkError. The message of its cause is redacted, since it may contain the URL. */
export function noAnswer(
  { method, url }: { method: string; url: string },
  cause: unknown,
  code = "NetworkError",
): NetworkError {
  const plain = cause instanceof Error ? new Error(redactQuery(`${cause} ${cause.cause ?? ""}`, url)) : undefined;
  return new NetworkError(`no answer to ${method} ${withoutQuery(url)}`, { code, method, url, cause: plain });
}

/** The API's answer is not one that a Signpost API gives. */
export function badAnswer(): SignpostError {
  return new SignpostError("the API's answer is not valid", { code: "BadAnswer" });
}

/** The URL as it may be shown: in a signed URL, the query is a credential. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
