import { checkReadable } from "./checksum.ts";
import { heardFrom } from "../unreachable.ts";
import { noAnswer } from "../errors.ts";
import { longestAnswer, readText } from "../read_text.ts";
import { s3Refusal } from "./refusal.ts";
import { badAnswer } from "../errors.ts";
import type { SignedRequest } from "../types.ts";
import { watch, type Patience } from "./watch.ts";

/** How to send. */
export interface SendOptions {
  signal: AbortSignal;
  patience: Patience;
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
  // To XMLHttpRequest anything else is a path of the page's own server.
  if (!/^https?:/.test(signed.url)) throw badAnswer();
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
  if (failed) throw s3Refusal(signed, answer);
  return answer;
}

function byXHR(signed: SignedRequest, body: Blob | undefined, options: SendOptions): Promise<Answer> {
  const { signal, patience, onProgress } = options;
  const { method, url, headers } = signed;
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  const life = watch(body?.size ?? 0, patience, abort);
  return new Promise<Answer>((resolve, reject) => {
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      if (loaded > 0) heardFrom(url);
      life.sent(loaded);
      onProgress?.(loaded);
    };
    request.onprogress = ({ loaded }) => {
      if (loaded > longestAnswer) abort();
      else life.receiving();
    };
    request.onerror = () => reject();
    request.onabort = () => reject(new Error("nothing moved"));
    request.onload = () => {
      heardFrom(url);
      life.answered();
      resolve(request);
    };
    signal.addEventListener("abort", abort);
    request.send(body ?? null);
  }).finally(() => {
    life.end();
    signal.removeEventListener("abort", abort);
  });
}

async function byFetch(signed: SignedRequest, body: Blob | undefined, options: SendOptions): Promise<Answer> {
  const { method, headers, url } = signed;
  const response = await fetch(url, { method, headers, body: body ?? null, signal: options.signal });
  const responseText = await readText(response);
  if (body) options.onProgress?.(body.size);
  return { status: response.status, responseText, getResponseHeader: (name) => response.headers.get(name) };
}
