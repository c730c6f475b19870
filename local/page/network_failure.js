// @ts-check
import { Failure } from "./failure.js";

/**
 * To a page, a server that is down and an answer that CORS hides look the same: a failed request without a reason.
 * This finds the reason. A request in mode no-cors goes through whatever the origin, its answer unreadable; so if
 * that one arrives, the server is up and it is our origin that it doesn't let in.
 *
 * @param {object} where
 * @param {string} where.who     "The API", "S3", "Cognito": how to call the other side
 * @param {string} where.url     what was called; only its origin is asked again
 * @param {string} where.origins where this origin would have to be allowed
 * @param {unknown} [where.cause]
 * @returns {Promise<Failure>}
 */
export async function explainNetworkFailure({ who, url, origins, cause }) {
  if (!navigator.onLine && !isLoopback(url)) {
    return new Failure("You are offline", {
      advice: "Try again once you are connected.",
      code: "Offline",
      cause,
    });
  }
  if (await isReachable(url)) {
    return new Failure(`${who} doesn't let this page in`, {
      details: [
        `${who} answers, but the browser may not read the answer: pages from ${location.origin} are not among those it allows (CORS).`,
      ],
      advice: `Add ${location.origin} to ${origins}, deploy or start the local run again, and reload this page.`,
      code: "CORS",
      cause,
    });
  }
  return new Failure(`${who} can't be reached`, {
    details: [`${new URL(url).origin} doesn't answer.`],
    advice: "Check that the local run is still up and that nothing blocks the connection, then try again.",
    code: "NetworkError",
    cause,
  });
}

/** @param {string} url */
async function isReachable(url) {
  try {
    await fetch(new URL("/", url), { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} url */
function isLoopback(url) {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}

/** Where the allowed origins stand. */
export const allowedOrigins = "AllowedOrigins of this stage in infra/stages.go";
