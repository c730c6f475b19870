import { checkReadable } from "./checksum.ts";
import { noAnswer } from "./network_error.ts";
import { S3Error } from "./s3_error.ts";
import type { SignedRequest } from "./types.ts";
import { textOf } from "./xml.ts";

/** How to send. */
export interface SendOptions {
  signal: AbortSignal;
  /** ms without a byte moving, after which the request is given up. */
  stallTimeout: number;
  /** Bytes handed to the network so far. */
  onProgress?: ((sent: number) => void) | undefined;
}

/** S3's answer, as XMLHttpRequest has it. */
export type Answer = Pick<XMLHttpRequest, "status" | "responseText" | "getResponseHeader">;

/**
 * Sends a signed request word for word, with the piece itself as its body: never a FormData, which S3 would store.
 * Rejects with an S3Error, a NetworkError, a FileError, or the signal's reason.
 */
export async function send(signed: SignedRequest, body: Blob | undefined, options: SendOptions): Promise<Answer> {
  let answer: Answer;
  try {
    // Only XMLHttpRequest tells how much was sent.
    answer = await (typeof XMLHttpRequest === "undefined" ? byFetch : byXHR)(signed, body, options);
  } catch (cause) {
    options.signal.throwIfAborted();
    if (body) await checkReadable(body);
    throw noAnswer(signed.method, signed.url, cause);
  }
  // CompleteMultipartUpload may begin its answer with 200 and end it with an error.
  const failed = answer.status < 200 || answer.status > 299 || /<Error>/.test(answer.responseText);
  if (failed) throw refusal(signed, answer);
  return answer;
}

function byXHR(signed: SignedRequest, body: Blob | undefined, options: SendOptions): Promise<Answer> {
  const { signal, stallTimeout, onProgress } = options;
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  let stall: ReturnType<typeof setTimeout> | undefined;
  return new Promise<Answer>((resolve, reject) => {
    const alive = () => {
      clearTimeout(stall);
      stall = setTimeout(abort, stallTimeout);
    };
    request.open(signed.method, signed.url);
    for (const [name, value] of Object.entries(signed.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      alive();
      onProgress?.(loaded);
    };
    request.onprogress = alive; // S3 sends spaces while it joins parts
    request.onerror = request.onabort = reject;
    request.onload = () => resolve(request);
    signal.addEventListener("abort", abort);
    alive();
    request.send(body ?? null);
  }).finally(() => {
    clearTimeout(stall);
    signal.removeEventListener("abort", abort);
  });
}

async function byFetch(signed: SignedRequest, body: Blob | undefined, options: SendOptions): Promise<Answer> {
  const { method, headers, url } = signed;
  const response = await fetch(url, { method, headers, body: body ?? null, signal: options.signal });
  const responseText = await response.text();
  if (body) options.onProgress?.(body.size);
  return { status: response.status, responseText, getResponseHeader: (name) => response.headers.get(name) };
}

/** Of S3's XML only the code, the message and the request id: it may repeat the signed query. */
function refusal({ method, url }: SignedRequest, answer: Answer): S3Error {
  const code = textOf(answer.responseText, "Code") ?? `HTTP ${answer.status}`;
  const message = textOf(answer.responseText, "Message") ?? "";
  const requestId = textOf(answer.responseText, "RequestId");
  // An error that comes after 200 is a failure of S3's own.
  const status = answer.status < 300 ? 500 : answer.status;
  return new S3Error(`S3 refused ${method}: ${code}: ${message}`, { code, status, requestId, method, url });
}
