import type { Pool } from "../pool.ts";
import { deliver, type Delivery } from "../s3/deliver.ts";
import { timed, type Timed } from "../s3/timed.ts";
import type { Shared } from "../upload.ts";

/** What the files need of a Signpost. */
export type Tools = Pick<Shared, "call" | "connections" | "pool" | "retry">;

/** Asks a route of the API to sign. A deployment has it only if the feature is turned on. */
export function sign<T extends { expiresIn: number }>({ call }: Tools, route: string, body: object, signal: AbortSignal): Promise<Timed<T>> {
  return timed(() => call<T>(route, body, { signal, isOptional: true }));
}

const atOnce: Pool = (_, work) => work();

/**
 * Sends a request to S3 when uploads leave it a place, and until S3 confirms it. It is signed only
 * then: its URL may be valid for less time than an upload takes.
 *
 * @returns what `read` found
 */
export async function send({ pool, retry }: Tools, delivery: Pick<Delivery, "signal" | "signed" | "sign" | "read">): Promise<string> {
  const found = await pool(delivery.signal, () => deliver({ retry, pool: atOnce }, delivery));
  return found!; // only an upload has an answer that may be lost for good
}
