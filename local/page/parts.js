// @ts-check
import { callApi } from "./plan.js";
import { send } from "./put.js";

/** Parts on their way at once: a browser opens six connections to a host, and other files want some too. */
const parallel = 3;

/** Parts whose URLs are asked for at once: enough to keep going, few enough to be used before they run out. */
const batch = 20;

/**
 * Sends a large file in parts: begins the upload, sends every part by a URL of its own, and joins them. Only the join
 * makes an object; what an upload that ends early has sent, S3 sweeps up.
 *
 * @param {import("./plan.js").Plan} plan
 * @param {File} file
 * @param {object} options
 * @param {string} options.apiUrl
 * @param {import("./session.js").Session} options.session
 * @param {AbortSignal} options.signal
 * @param {(sent: number) => void} options.onProgress bytes handed to the network so far
 * @returns {Promise<void>} once S3 has said that it is stored; else a Failure, or an AbortError
 */
export async function sendInParts(plan, file, { apiUrl, session, signal, onProgress }) {
  const { partSize = 0, partCount = 0 } = plan.multipart ?? {};
  const begun = await send(plan, new Blob(), { signal });
  const uploadId = textOf(begun, "UploadId");
  const ask = (/** @type {number[]} */ numbers) =>
    callApi(`${apiUrl}uploads/parts`, session, { key: plan.key, uploadId, parts: numbers.map((partNumber) => ({ partNumber })) }, signal);

  /** @type {string[]} */ const etags = [];
  /** @type {number[]} */ const sent = [];
  for (let first = 1; first <= partCount; first += batch) {
    const { parts } = await ask(range(first, Math.min(first + batch - 1, partCount)));
    await inParallel(parts, async (/** @type {import("./plan.js").SignedRequest & {partNumber: number}} */ part) => {
      const start = (part.partNumber - 1) * partSize;
      const answer = await send(part, file.slice(start, start + partSize), {
        signal,
        onProgress: (bytes) => {
          sent[part.partNumber] = bytes;
          onProgress(sent.reduce((sum, n) => sum + n, 0));
        },
      });
      etags[part.partNumber] = answer.getResponseHeader("ETag") ?? "";
    });
  }
  const { complete } = await ask([]);
  await send(complete, new Blob([partList(etags)]), { signal });
}

/** @param {string[]} etags by part number */
function partList(etags) {
  const parts = etags.map((etag, number) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
  return `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
}

/**
 * @param {XMLHttpRequest} answer
 * @param {string} name
 */
function textOf(answer, name) {
  return new DOMParser().parseFromString(answer.responseText, "application/xml").querySelector(name)?.textContent ?? "";
}

/**
 * @param {number} first
 * @param {number} last
 */
function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * Works on the items, a few at once. The first error ends it.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => Promise<void>} work
 */
async function inParallel(items, work) {
  const waiting = items.slice();
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  try {
    await Promise.all(Array.from({ length: parallel }, worker));
  } finally {
    waiting.length = 0; // the others finish what they are at, and take no more
  }
}
