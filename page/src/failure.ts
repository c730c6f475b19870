interface FailureOptions {
  /** The other side's own words. */
  details?: string[];
  /** What to do next. */
  advice?: string;
  /** The other side's code, or one of ours. */
  code: string;
  /** Finds the request in the other side's log. */
  requestId?: string | undefined;
  /** Only a new sign-in helps. */
  signIn?: boolean;
  /** The same file would fail again. */
  final?: boolean;
  cause?: unknown;
}

/**
 * What went wrong, in words for whoever sits before the page: a title, what the other side said, and what to do next.
 * No part of it ever holds a signed URL's query or a token.
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

  /** The failure in one paragraph, for a screen reader's announcement. */
  get sentence(): string {
    return [this.message, ...this.details, this.advice].filter(Boolean).map(endWithStop).join(" ");
  }

  /** Code and request id, for whoever looks into the log. */
  get reference(): string {
    return [this.code, this.requestId && `request ${this.requestId}`].filter(Boolean).join(" · ");
  }
}

/** An error that nobody foresaw is shown as it is, rather than hidden. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure("Something went wrong in this page", {
    details: [String(error)],
    advice: "Try again. If it stays, the browser's console has the details.",
    code: "PageError",
    cause: error,
  });
}

function endWithStop(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
