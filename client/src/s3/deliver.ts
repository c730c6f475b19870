import type { Tools } from "../job.ts";
import { noAnswer } from "../network_error.ts";
import { isStoredAlready, wantsNewUrl, type Reading } from "./outcome.ts";
import { withRetries } from "../retry.ts";
import { S3Error } from "./refusal.ts";
import { send } from "./send.ts";
import type { SignedRequest } from "../types.ts";

/** A request to S3 that is to arrive. */
export interface Delivery {
  signal: AbortSignal;
  /** Gives the request, each time it is tried: a newly signed one if `again`, because S3 has refused the last. */
  sign(again: boolean): SignedRequest | Promise<SignedRequest>;
  body?: Blob;
  /** What S3's yes must hold. */
  read: Reading;
  /** Bytes handed to the network so far; from 0 again with every try. */
  onProgress?(sent: number): void;
}

/**
 * Sends it until S3 has said yes: when a connection is free, again after what passes by itself, and once with a new
 * signature where the last had run out. outcome.ts says what each answer means.
 *
 * @returns what S3's yes holds; undefined where that was lost, and S3 has said since that the object exists
 */
export function deliver(
  tools: Pick<Tools, "pool" | "retry" | "onWait">,
  delivery: Delivery,
): Promise<string | undefined> {
  const { pool, retry, onWait } = tools;
  const { signal, body, read, onProgress } = delivery;
  let wasSignedAgain = false;
  const attempt = async (again: boolean): Promise<string | undefined> => {
    onProgress?.(0);
    const signed = await delivery.sign(again);
    try {
      const found = read(await pool(signal, () => send(signed, body, { signal, patience: retry, onProgress })));
      if (!found) throw noAnswer(signed.method, signed.url, new Error("not S3's answer, or its CORS rules expose no ETag"));
      return found;
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (isStoredAlready(error, signed)) return undefined;
      if (wasSignedAgain || !wantsNewUrl(error)) throw error;
      wasSignedAgain = true;
      return attempt(true);
    }
  };
  return withRetries(() => attempt(false), { retry, signal, onWait });
}
