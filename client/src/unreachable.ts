// Why there is no answer. To a page, a broken line, a server that is down, CORS and a Content-Security-Policy all look
// the same: a request that failed without a reason. What is told as the reason rests on what else was seen.

import { attempt } from "./attempt.ts";

/**
 * Servers that have let this page in, by origin, and the API's routes by URL: one that answered in a way that the page
 * may read, or took bytes of a body, which it does only after a preflight.
 */
const letIn = new Set<string | undefined>();

/** Notes that this server, and where given this route, has let the page in. */
export function heardFrom(url: string, route?: string): void {
  letIn.add(originOf(url)).add(route);
}

/** Listens for requests that the page's policy forbids, as windows and workers are told. */
export interface PolicyWatch {
  /** Whether it is known to forbid this URL. The event comes in a task of its own, maybe after the failure. */
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

/** A request that stays without an answer. */
export interface Question {
  /** Without its query. */
  url: string;
  /** Whether the deployment may not have the route. */
  isOptional: boolean;
  /** Whether all tries have been made. */
  isLast: boolean;
  signal: AbortSignal;
}

/**
 * Suspects CORS, or an API without this route, where nothing else explains it. A simple GET gets an answer from any
 * server that is up, which in mode no-cors may not be read, but is seen to come whatever the page's origin. A busy server
 * that refuses preflights (429) looks the same, so CORS is suspected only when all tries have been made; a route that
 * may not be there, of a server that has let the page in elsewhere, before that.
 *
 * Only where there are origins: elsewhere no answer means no server.
 */
export async function suspect({ url, isOptional, isLast, signal }: Question): Promise<"CORS" | "NotFound" | undefined> {
  const isKnown = letIn.has(originOf(url));
  const isPossible = isKnown ? isOptional && !letIn.has(url) : isLast;
  if (!globalThis.location || !isPossible) return undefined;
  try {
    const either = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    await fetch(url, { mode: "no-cors", cache: "no-store", signal: either });
    return isKnown ? "NotFound" : "CORS";
  } catch {
    return undefined;
  }
}

function originOf(url: string): string {
  return attempt(() => new URL(url).origin) ?? url; // a policy may also name what it forbids, such as "inline"
}
