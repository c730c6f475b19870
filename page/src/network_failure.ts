import { Failure } from "./failure.ts";

/** Where the allowed origins stand. */
export const allowedOrigins = "AllowedOrigins of this stage in infra/stages.go";

const patience = 5000; // ms

interface Where {
  /** "The API", "S3", "Cognito": how to call the other side. */
  who: string;
  /** What was called; only its origin is asked again. */
  url: string;
  /** Where this page's origin would have to be allowed. */
  origins: string;
  cause?: unknown;
}

/**
 * To a page, a server that is down and an answer that CORS hides look the same: a failed request without a reason.
 * This finds the reason. A request in mode no-cors goes through whatever the origin, its answer unreadable; so if
 * that one arrives, the server is up and it is our origin that it doesn't let in.
 */
export async function explainNetworkFailure({ who, url, origins, cause }: Where): Promise<Failure> {
  if (!navigator.onLine && !isLoopback(url)) {
    return new Failure("You are offline", { advice: "Try again once you are connected.", code: "Offline", cause });
  }
  if (await isReachable(url)) {
    return originNotAllowed(who, origins, cause);
  }
  return new Failure(`${who} can't be reached`, {
    details: [`${new URL(url).origin} doesn't answer.`],
    advice: isLoopback(url)
      ? "Check that the local run is still up, then try again."
      : "Check your connection, and that nothing blocks this address, then try again.",
    code: "NetworkError",
    cause,
  });
}

/** The other side is up, and keeps its answers from pages of this origin. */
export function originNotAllowed(who: string, origins: string, cause: unknown): Failure {
  const { origin } = self; // "null" in a sandboxed frame, whatever its location
  return new Failure(`${who} doesn't let this page in`, {
    details: [`${who} answers, but the browser keeps it from pages of ${origin}: they are not allowed (CORS).`],
    advice: `Add ${origin} to ${origins}, deploy or start the local run again, and reload this page.`,
    code: "CORS",
    cause,
  });
}

/** The page's own policy forbids it to ask the other side. */
export function forbiddenByPolicy(who: string, server: string, cause: unknown): Failure {
  return new Failure(`This page may not ask ${who === "The API" ? "the API" : who}`, {
    details: [`The page's Content-Security-Policy doesn't list ${server}.`],
    advice: `Add ${server} to its connect-src, and reload this page.`,
    code: "CSP",
    cause,
  });
}

async function isReachable(url: string): Promise<boolean> {
  try {
    await fetch(new URL("/", url), { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(patience) });
    return true;
  } catch {
    return false;
  }
}

function isLoopback(url: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
