// @ts-check
import { Failure } from "./failure.js";
import { allowedOrigins, explainNetworkFailure } from "./network_failure.js";
import { isReadable, unreadable } from "./read_failure.js";

/**
 * Sends a file, or a part of it, to S3 by the signed request, word for word. Never a FormData: S3 would store the
 * form. XMLHttpRequest, because fetch doesn't tell how much was sent.
 *
 * @param {import("./plan.js").SignedRequest} signed
 * @param {Blob} file
 * @param {object} options
 * @param {(sent: number) => void} [options.onProgress] bytes handed to the network so far
 * @param {AbortSignal} options.signal
 * @returns {Promise<XMLHttpRequest>} S3's answer, once it has said yes; else a Failure, or an AbortError
 */
export async function send(signed, file, { onProgress, signal }) {
  signal.throwIfAborted();
  let sent = 0;
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  signal.addEventListener("abort", abort);
  try {
    await new Promise((resolve, reject) => {
      request.upload.onprogress = (event) => onProgress?.((sent = event.loaded));
      request.onload = resolve;
      request.onerror = reject;
      request.onabort = reject;
      request.open(signed.method, signed.url);
      for (const [name, value] of Object.entries(signed.headers)) request.setRequestHeader(name, value);
      request.send(file);
    });
  } catch {
    signal.throwIfAborted();
    throw await explainBreak(signed, file, sent);
  } finally {
    signal.removeEventListener("abort", abort);
  }
  // CompleteMultipartUpload may begin its answer with 200 and end it with an error.
  if (request.status < 200 || request.status > 299 || /<Error>/.test(request.responseText)) throw refusal(request);
  return request;
}

/**
 * The connection broke, or was never let be.
 *
 * @param {import("./plan.js").SignedRequest} signed
 * @param {Blob} file
 * @param {number} sent bytes
 * @returns {Promise<Failure>}
 */
async function explainBreak(signed, file, sent) {
  if (!(await isReadable(file))) return unreadable();
  if (sent === 0) return explainNetworkFailure({ who: "S3", url: signed.url, origins: allowedOrigins });
  if (sent < file.size) {
    return new Failure("The connection to S3 broke", {
      details: ["The file went out in part only. S3 keeps whole files or nothing, so nothing is stored."],
      advice: "Try again.",
      code: "NetworkError",
    });
  }
  return new Failure("S3's answer didn't arrive", {
    details: ["The whole file was sent, but whether it is stored is not known."],
    advice: "Try again: it gets a key of its own, so nothing is overwritten.",
    code: "NetworkError",
  });
}

/** What S3's codes mean to the person, and what helps. By code, or by code and a part of the message. */
const meanings = /** @type {[code: string, says: RegExp, title: string, advice: string][]} */ ([
  ["AccessDenied", /expired/i, "The signed URL has run out", "Try again: the API signs a new one."],
  ["AccessDenied", /./, "S3 denied access", "Try again. If it stays, the function's role or the bucket's policy doesn't allow this upload."],
  ["SignatureDoesNotMatch", /./, "S3 got something other than what was signed", "Try again: the API signs a new URL."],
  ["BadDigest", /./, "The bytes that arrived are not the file's", "The file may have changed meanwhile: try again, or choose it once more."],
  ["PreconditionFailed", /./, "There is an object with this key already", "Try again: it gets a key of its own."],
  ["NoSuchUpload", /./, "S3 no longer knows this upload", "Try again: it begins anew."],
  ["EntityTooLarge", /./, "S3 finds this file too large", "Choose a smaller one."],
  ["IncompleteBody", /./, "Only a part of the file arrived", "Try again."],
  ["SlowDown", /./, "S3 asks for patience", "Wait a moment, then try again."],
]);

/**
 * Reads S3's XML. Only code, message and request id are shown: the answer to a wrong signature repeats the signed
 * query.
 *
 * @param {XMLHttpRequest} request
 * @returns {Failure}
 */
function refusal(request) {
  const xml = new DOMParser().parseFromString(request.responseText, "application/xml");
  const text = (/** @type {string} */ name) => xml.querySelector(`Error > ${name}`)?.textContent ?? "";
  const code = text("Code") || `HTTP ${request.status}`;
  const message = text("Message");
  const meaning = meanings.find(([of, says]) => of === code && says.test(message));
  const [title, advice] = meaning ? meaning.slice(2) : ["S3 refused the file", "Try again."];
  return new Failure(/** @type {string} */ (title), {
    details: message ? [`S3 says: ${message}`] : [],
    advice: /** @type {string} */ (advice),
    code,
    requestId: text("RequestId"),
  });
}
