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
  /** For how many seconds the answer asks to wait; 0 or NaN if it does not. */
  retryAfter?: number | undefined;
  cause?: unknown;
  /** What else its class declares. */
  [more: string]: unknown;
}

/** What all errors of this client have in common. An upload that was aborted rejects with the abort's own reason. */
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
   * Whether the same request may well succeed a little later: no answer, or one that passes by itself (too busy, too
   * slow, broken, or two requests that met).
   */
  get retryable(): boolean {
    const { code, status = 0 } = this;
    return status > 499 || [408, 409, 429].includes(status) || /^NetworkError|Timeout$|^IncompleteBody/.test(code);
  }
}

/** The URL as it may be shown. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

/** The API has answered what no Signpost answers. */
export function badAnswer(): SignpostError {
  return new SignpostError("the API's answer makes no sense", { code: "BadAnswer" });
}
