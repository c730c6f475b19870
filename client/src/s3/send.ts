import { badAnswer, noAnswer } from "../errors.ts";
import { longestAnswer, readText } from "../read_text.ts";
import type { RetryOptions } from "../retry.ts";
import type { SignedRequest } from "../types.ts";
import { noteAnswer } from "../unreachable.ts";
import type { Answer } from "./answer.ts";
import { checkReadable } from "./checksum.ts";
import { s3Refusal } from "./refusal.ts";
import { watch } from "./stall.ts";

export interface SendOptions {
  body?: Blob | undefined;
  signal: AbortSignal;
  retry: RetryOptions;
  /** Called with the bytes handed to the network so far. */
  onProgress?: ((sent: number) => void) | undefined;
}

/**
 * Sends a signed request exactly as it is. The body is the piece itself: S3 would store a FormData
 * with its boundaries. Rejects with an S3Error, a NetworkError, a FileError, or the signal's
 * reason.
 */
export async function send(signed: SignedRequest, options: SendOptions): Promise<Answer> {
  // XMLHttpRequest would resolve anything else against the page's own URL.
  if (!/^https?:/.test(signed.url)) throw badAnswer();
  let answer: Answer;
  try {
    // Only XMLHttpRequest reports what was sent.
    answer = await (typeof XMLHttpRequest === "undefined" ? byFetch : byXHR)(signed, options);
  } catch (cause) {
    options.signal.throwIfAborted();
    if (options.body) await checkReadable(options.body);
    throw noAnswer(signed, cause);
  }
  // S3 may begin its answer to CompleteMultipartUpload with status 200, and end it with an error.
  if (!/^2/.test(String(answer.status)) || /<Error>/.test(answer.xml)) throw s3Refusal(signed, answer);
  return answer;
}

function byXHR(signed: SignedRequest, options: SendOptions): Promise<Answer> {
  const { body, signal, retry, onProgress } = options;
  const { method, url, headers } = signed;
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  const stall = watch(body?.size ?? 0, retry, abort);
  return new Promise<Answer>((resolve, reject) => {
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      if (loaded > 0) noteAnswer(url);
      stall.sent(loaded);
      onProgress?.(loaded);
    };
    request.onprogress = ({ loaded }) => {
      if (loaded > longestAnswer) abort();
      else stall.receiving();
    };
    request.onerror = () => reject();
    request.onabort = () => reject(new Error("no byte was sent or received"));
    request.onload = () => {
      noteAnswer(url);
      stall.answered();
      resolve({ status: request.status, xml: request.responseText, etag: request.getResponseHeader("ETag") });
    };
    signal.addEventListener("abort", abort);
    request.send(body ?? null);
  }).finally(() => {
    stall.end();
    signal.removeEventListener("abort", abort);
  });
}

async function byFetch(signed: SignedRequest, { body, signal, onProgress }: SendOptions): Promise<Answer> {
  const { method, headers, url } = signed;
  const response = await fetch(url, { method, headers, body: body ?? null, signal });
  const xml = await readText(response);
  if (body) onProgress?.(body.size);
  return { status: response.status, xml, etag: response.headers.get("ETag") };
}
