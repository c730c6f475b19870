import { badAnswer, noAnswer, S3Error } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { withRetries, type RetryContext } from "../retry.ts";
import type { SignedRequest } from "../types.ts";
import { isStoredAlready, wantsNewUrl, type Reading } from "./outcome.ts";
import { send } from "./send.ts";
import { isValid, type Timed } from "./timed.ts";

/** A request to S3. */
export interface Delivery {
  signal: AbortSignal;
  /** The signed request, if there is one already. */
  signed?: Timed<SignedRequest>;
  /**
   * Signs the request: if `signed` is absent or has expired, and if S3 asks for a new signature.
   */
  sign(): SignedRequest | Promise<SignedRequest>;
  body?: Blob;
  /** Reads from the answer what S3 must confirm. */
  read: Reading;
  /** Called with the bytes handed to the network so far. Each try starts from 0. */
  onProgress?(sent: number): void;
}

/** What a delivery needs of the client. */
export interface DeliveryTools extends Pick<RetryContext, "retry" | "onWait"> {
  pool: Pool;
}

/**
 * Sends a request until S3 confirms it: when the pool has a free place, again after a temporary
 * failure, and once with a new signature if the last one had expired. outcome.ts has the meaning of
 * each answer.
 *
 * @returns what `read` found; undefined if that answer was lost, and S3 has since reported that the object exists
 */
export function deliver(tools: DeliveryTools, delivery: Delivery): Promise<string | undefined> {
  const context = { ...tools, ...delivery };
  const { pool, signal, body, read, onProgress } = context;
  let signed: (SignedRequest & { until?: number; size?: number }) | undefined = delivery.signed;
  let isSignedAgain = false;
  const attempt = async (): Promise<string | undefined> => {
    onProgress?.(0);
    if (!isValid(signed)) signed = await delivery.sign();
    const request = signed;
    // S3 would refuse a piece of another length.
    if ((request.size ?? body?.size) !== body?.size) throw badAnswer();
    try {
      const found = read(await pool(signal, () => send(request, context)));
      if (!found) throw noAnswer(request, new Error("not S3's answer, or its CORS rules expose no ETag"));
      return found;
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (isStoredAlready(error, request)) return undefined;
      if (isSignedAgain || !wantsNewUrl(error)) throw error;
      isSignedAgain = true;
      signed = undefined;
      return attempt();
    }
  };
  return withRetries(attempt, context);
}
