/** What an error says beside its message. */
export interface ErrorDetails {
  /** The API's or S3's own code, or one of this client's. */
  code: string;
  /** The HTTP status, where there was an answer. */
  status?: number | undefined;
  /** Finds the request in the API's log, or S3's support. */
  requestId?: string | undefined;
  method?: string | undefined;
  /** Without the query, which in a signed URL is a credential. */
  url?: string | undefined;
  cause?: unknown;
}

/** What all errors of this client have in common. An upload that was aborted rejects with the abort's own reason. */
export class SignpostError extends Error {
  override readonly name: string = "SignpostError";
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly method: string | undefined;
  readonly url: string | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.method = details.method;
    this.url = details.url && withoutQuery(details.url);
  }

  /** Whether the same request may well succeed a little later. */
  get retryable(): boolean {
    return false;
  }
}

/** The URL as it may be shown. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

/** Statuses that pass by themselves: too busy, too slow, broken, or two requests that met (409). */
export function passes(status: number | undefined): boolean {
  return status !== undefined && (status >= 500 || status === 408 || status === 409 || status === 429);
}
