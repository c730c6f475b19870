// Why a request has no answer. A page can't tell a broken connection from a server that is down,
// CORS or a Content-Security-Policy: each is a request that failed without a reason. So the reason
// is concluded from other observations.
//
// This module is loaded after such a failure. It imports no other, so that the code which is loaded
// at the start stays in one piece.
import type { Clues } from "./unreachable.ts";

/** A request without an answer. */
export interface Unanswered {
  /** Without the query. */
  url: string;
  /** Whether the deployment may lack the route. */
  isOptional: boolean;
  /** How many tries have failed. */
  failures: number;
  /** Whether there will be no further try. */
  isLast: boolean;
  clues: Clues;
  /** See unreachable.ts. */
  allowing: ReadonlySet<string | undefined>;
  signal: AbortSignal;
}

/** Why a request has no answer, as its error's `code`, and what to do about it. */
export interface Reason {
  code: "CSP" | "CORS" | "NotFound";
  advice: string;
}

/** The time in which a browser reports a request that it has forbidden, in ms. */
const eventDelay = 20;

/**
 * The reason, if it is known. Two suspicions in a row are enough, or one after the last of at least
 * three tries.
 */
export async function diagnose(request: Unanswered): Promise<Reason | undefined> {
  const { url, failures, isLast, clues } = request;
  await new Promise((resolve) => setTimeout(resolve, eventDelay));
  const { origin } = new URL(url);
  if ([...clues.forbidden].some((forbidden) => URL.canParse(forbidden) && new URL(forbidden).origin === origin)) {
    return { code: "CSP", advice: `the page's Content-Security-Policy forbids it: its connect-src must list ${origin}` };
  }
  if (failures < 2) return undefined;
  const before = clues.suspected;
  const code = (clues.suspected = await suspect(request, origin));
  return code && (code === before || (isLast && failures > 2)) ? { code, advice: advice[code] } : undefined;
}

/**
 * Suspects CORS or a missing route if a simple GET in mode no-cors has an answer: any server that
 * is up answers that, whatever the page's origin.
 *
 * A busy server that refuses preflights (429) looks like CORS, so CORS is only suspected after the
 * last try. A missing route is suspected earlier, if the server allows this page on other routes.
 *
 * Outside a browser there is no CORS, and nothing is suspected.
 */
async function suspect({ url, isOptional, isLast, allowing, signal }: Unanswered, origin: string) {
  const allowsPage = allowing.has(origin);
  const isPossible = allowsPage ? isOptional && !allowing.has(url) : isLast;
  if (!globalThis.location || !isPossible) return undefined;
  const isUp = await fetch(url, { mode: "no-cors", cache: "no-store", signal }).then(() => true, () => false);
  return isUp ? (allowsPage ? "NotFound" : "CORS") : undefined;
}

const advice = {
  CORS:
    `the server is up, but has never allowed this page: the deployment's AllowedOrigins must list ${globalThis.origin}, ` +
    `no other code may add headers to the request, and the deployment must have this route`,
  NotFound: "the server is up and allows this page, but not on this route: the deployment must have this route",
};
