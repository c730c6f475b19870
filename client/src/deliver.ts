import type { Tools } from "./job.ts";
import { withRetries } from "./retry.ts";
import { S3Error } from "./s3_error.ts";
import { send, type Answer } from "./send.ts";
import type { SignedRequest } from "./types.ts";

/** Of S3's words: the URL, or the credentials behind it, ran out ("Request has expired"), or the bytes changed. */
export const wantsNewUrl = /expired|RequestTimeTooSkewed|BadDigest/i;

/** A request to S3 that is to arrive. */
export interface Delivery {
  signal: AbortSignal;
  /** Gives the request, each time it is tried: a newly signed one if `again`, because S3 has refused the last. */
  sign(again: boolean): SignedRequest | Promise<SignedRequest>;
  body?: Blob;
  /** Bytes handed to the network so far; from 0 again with every try. */
  onProgress?(sent: number): void;
}

/** Stands for an answer that was lost. */
const lost: Answer = { status: 412, responseText: "", getResponseHeader: () => null };

/**
 * Sends it until S3 has said yes: when a connection is free, again after what passes by itself, and once with a new
 * signature where the last had run out.
 *
 * Only what makes an object at a key made for this file alone is signed with `If-None-Match`. So if S3 has one already,
 * that is an earlier try whose answer was lost.
 */
export function deliver(tools: Pick<Tools, "pool" | "retry" | "onWait">, delivery: Delivery): Promise<Answer> {
  const { pool, retry, onWait } = tools;
  const { signal, body, onProgress } = delivery;
  const { stallTimeout } = retry;
  let wasSignedAgain = false;
  const attempt = async (again: boolean): Promise<Answer> => {
    onProgress?.(0);
    const signed = await delivery.sign(again);
    try {
      return await pool(signal, () => send(signed, body, { signal, stallTimeout, onProgress }));
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (error.code === "PreconditionFailed") return lost;
      if (wasSignedAgain || !wantsNewUrl.test(error.message)) throw error;
      wasSignedAgain = true;
      return attempt(true);
    }
  };
  return withRetries(() => attempt(false), { retry, signal, onWait });
}
