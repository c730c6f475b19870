// Why a request has no answer. A page can't tell a broken connection from a server that is down,
// CORS or a Content-Security-Policy: each is a request that failed without a reason. So the reason
// is concluded from other observations.
import { attempt } from "./attempt.ts";

/**
 * The origins of servers that allow this page, and the URLs of the API's routes that do: they have
 * answered, and the page could read that, or they have received bytes of a body, which a browser
 * sends only after a successful preflight.
 */
const allowing = new Set<string | undefined>();

/** Notes that the server at this URL, and the route if it is given, allows the page. */
export function noteAnswer(url: string, route?: string): void {
  allowing.add(originOf(url)).add(route);
}

/**
 * Listens for requests that the page's Content-Security-Policy forbids. Windows and workers have
 * that event.
 */
export interface PolicyWatch {
  /**
   * Whether the policy is known to forbid this URL. The event may come after the request has
   * failed.
   */
  forbids(url: string): boolean;
  end(): void;
}

export function watchPolicy(): PolicyWatch {
  const forbidden = new Set<string>();
  const note = ({ blockedURI, disposition }: SecurityPolicyViolationEvent) => {
    if (disposition === "enforce") forbidden.add(originOf(blockedURI));
  };
  const type = "securitypolicyviolation";
  globalThis.addEventListener?.(type, note);
  return {
    forbids: (url) => forbidden.has(originOf(url)),
    end: () => globalThis.removeEventListener?.(type, note),
  };
}

/** A request without an answer. */
export interface Unanswered {
  /** Without the query. */
  url: string;
  /** Whether the deployment may lack the route. */
  isOptional: boolean;
  /** Whether there will be no further try. */
  isLast: boolean;
  signal: AbortSignal;
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
export async function suspect({ url, isOptional, isLast, signal }: Unanswered): Promise<"CORS" | "NotFound" | undefined> {
  const allowsPage = allowing.has(originOf(url));
  const isPossible = allowsPage ? isOptional && !allowing.has(url) : isLast;
  if (!globalThis.location || !isPossible) return undefined;
  try {
    const either = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    await fetch(url, { mode: "no-cors", cache: "no-store", signal: either });
    return allowsPage ? "NotFound" : "CORS";
  } catch {
    return undefined;
  }
}

function originOf(url: string): string {
  return attempt(() => new URL(url).origin) ?? url; // blockedURI may also be a word such as "inline"
}
