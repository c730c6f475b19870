interface FailureOptions {
  /** What the other side reported. */
  details?: string[];
  /** What the user can do next. */
  advice?: string;
  /** The other side's error code, or one of the page's own. */
  code: string;
  /** The request's id in the other side's log. */
  requestId?: string | undefined;
  /** Whether the user must sign in again. */
  signIn?: boolean;
  /** Whether another try of the same file would fail too. */
  final?: boolean;
  cause?: unknown;
}

/**
 * An error as the page shows it: a title, details and advice. All texts are in error_messages.ts.
 * None of them may contain a token or the query of a signed URL.
 */
export class Failure extends Error {
  readonly details: string[];
  readonly advice: string;
  readonly code: string;
  readonly requestId: string;
  readonly signIn: boolean;
  readonly final: boolean;

  constructor(title: string, options: FailureOptions) {
    super(title, { cause: options.cause });
    this.name = "Failure";
    this.details = options.details ?? [];
    this.advice = options.advice ?? "";
    this.code = options.code;
    this.requestId = options.requestId ?? "";
    this.signIn = options.signIn ?? false;
    this.final = options.final ?? false;
  }

  /** The whole text in one paragraph, as screen readers announce it. */
  get sentence(): string {
    return [this.message, ...this.details, this.advice].filter(Boolean).map(withFullStop).join(" ");
  }

  /** The code and the request id, to look up in a log. */
  get reference(): string {
    return [this.code, this.requestId && `request ${this.requestId}`].filter(Boolean).join(" · ");
  }
}

function withFullStop(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
