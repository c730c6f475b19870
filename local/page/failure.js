// @ts-check

/**
 * What went wrong, in words for whoever sits before the page: a title, what the other side said, and what to do next.
 * No part of it ever holds a signed URL's query or a token.
 */
export class Failure extends Error {
  /**
   * @param {string} title what happened, in a few words
   * @param {object} more
   * @param {string[]} [more.details]  the other side's own words
   * @param {string} [more.advice]     what to do next
   * @param {string} more.code         the other side's code, or one of ours
   * @param {string} [more.requestId]  finds the request in the other side's log
   * @param {boolean} [more.signIn]    only a new sign-in helps
   * @param {boolean} [more.final]     the same file would fail again
   * @param {unknown} [more.cause]
   */
  constructor(title, { details = [], advice = "", code, requestId = "", signIn = false, final = false, cause }) {
    super(title, { cause });
    this.name = "Failure";
    this.details = details;
    this.advice = advice;
    this.code = code;
    this.requestId = requestId;
    this.signIn = signIn;
    this.final = final;
  }

  /** The failure in one line, for a screen reader's announcement. */
  get sentence() {
    return [this.message, ...this.details, this.advice].filter(Boolean).map(endWithStop).join(" ");
  }
}

/**
 * An error that nobody foresaw is shown as it is, rather than hidden.
 *
 * @param {unknown} error
 * @returns {Failure}
 */
export function toFailure(error) {
  if (error instanceof Failure) return error;
  return new Failure("Something went wrong in this page", {
    details: [String(error)],
    advice: "Try again. If it stays, the browser's console has the details.",
    code: "PageError",
    cause: error,
  });
}

/** @param {string} text */
function endWithStop(text) {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
