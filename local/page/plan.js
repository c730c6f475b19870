// @ts-check
import { Failure } from "./failure.js";
import { allowedOrigins, explainNetworkFailure } from "./network_failure.js";

/**
 * A request to S3 that is signed and to be replayed word for word.
 *
 * @typedef {object} SignedRequest
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 *
 * The API's answer: the file's key, and the PUT that stores it. For a large file `multipart` says how to cut it, and
 * the request is the one that begins the upload.
 *
 * @typedef {SignedRequest & {key: string, multipart?: {partSize: number, partCount: number}}} Plan
 *
 * What the API is asked for.
 *
 * @typedef {object} Wish
 * @property {string} filename
 * @property {string} contentType
 * @property {number} size     bytes
 * @property {string} [sha256] base64
 */

/**
 * Asks the API for one file's place in the bucket: POST /uploads.
 *
 * @param {string} apiUrl
 * @param {import("./session.js").Session} session
 * @param {Wish} wish
 * @param {AbortSignal} signal
 * @returns {Promise<Plan>} or a Failure, or an AbortError
 */
export function planUpload(apiUrl, session, wish, signal) {
  return callApi(`${apiUrl}uploads`, session, wish, signal);
}

/**
 * Calls the API, with a new token if the one at hand has run out.
 *
 * @param {string} url
 * @param {import("./session.js").Session} session
 * @param {object} body
 * @param {AbortSignal} signal
 * @returns {Promise<any>} its answer; else a Failure, or an AbortError
 */
export async function callApi(url, session, body, signal) {
  const ask = async () => post(url, await session.idToken(), body, signal);
  let response = await ask();
  if (response.status === 401) {
    await session.renew();
    response = await ask();
  }
  if (response.ok) return response.json();
  throw await refusal(response);
}

/**
 * @param {string} url
 * @param {string} token
 * @param {object} body
 * @param {AbortSignal} signal
 */
async function post(url, token, body, signal) {
  const timeout = AbortSignal.timeout(30_000);
  try {
    return await fetch(url, {
      method: "POST",
      headers: { Authorization: token, "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, timeout]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (timeout.aborted) {
      throw new Failure("The API takes too long", {
        details: ["No answer in 30 seconds."],
        advice: "Try again.",
        code: "Timeout",
        cause,
      });
    }
    throw await explainNetworkFailure({ who: "The API", url, origins: allowedOrigins, cause });
  }
}

/** What each of the API's codes means to the person, and what helps. */
const meanings = /** @type {Record<string, [title: string, advice: string]>} */ ({
  InvalidRequest: ["The API can't take this file", "Change what it names, and add the file again."],
  InvalidJSON: ["The API didn't understand this page", "Reload the page, then try again."],
  SizeTooLarge: ["This file is too large", "Choose a smaller one."],
  BodyTooLarge: ["This file's name is too long", "Shorten it, and add the file again."],
  TypeNotAllowed: ["This type of file isn't taken here", "Choose a file of an allowed type."],
  Unauthorized: ["You are no longer signed in", "Sign in again, then try again."],
  Forbidden: ["You may not do this", "Sign in as somebody who may."],
  NotFound: ["The API doesn't know this route", "Check that the page and the API are of the same version."],
  TooManyRequests: ["Too many requests at once", "Wait a moment, then try again."],
});

/** Codes that the same file would meet again. */
const final = new Set(["InvalidRequest", "SizeTooLarge", "BodyTooLarge", "TypeNotAllowed"]);

/**
 * @param {Response} response
 * @returns {Promise<Failure>}
 */
async function refusal(response) {
  /** @type {{code?: string, message?: string, requestId?: string, problems?: {message: string}[]}} */
  const error = await response.json().then((body) => body.error ?? {}, () => ({}));
  const code = error.code ?? `HTTP ${response.status}`;
  const [title, advice] = meanings[code] ?? ["The API has a problem", "Try again in a moment."];
  const said = error.problems?.map((problem) => problem.message) ?? [error.message ?? ""];
  return new Failure(title, {
    details: said.filter(Boolean),
    advice,
    code,
    requestId: error.requestId,
    signIn: response.status === 401,
    final: final.has(code),
  });
}
