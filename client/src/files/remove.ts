import { ApiError, badAnswer, S3Error, SignpostError } from "../errors.ts";
import type { Reading } from "../s3/outcome.ts";
import type { Timed } from "../s3/timed.ts";
import type { CallOptions } from "../signpost.ts";
import type { SignedDeletions, SignedRequest } from "../types.ts";
import { send, sign, type Tools } from "./signed.ts";

/** A file that was not deleted. */
export interface RemovalFailure {
  key: string;
  error: unknown;
}

/**
 * Some of the files, or all, were not deleted. Its code is `NotRemoved`, and `cause` the first
 * error.
 */
export class RemovalError extends SignpostError {
  override readonly name = "RemovalError";
  /** The keys of the files that were deleted. */
  declare readonly removed: string[];
  /** Those that were not, or of which S3 has not confirmed it, in the order of the call. */
  declare readonly failed: RemovalFailure[];
}

/** The most keys that the API signs at once. */
const largestGroup = 100;

export async function removeFiles(tools: Tools, keys: readonly string[], options: CallOptions): Promise<string[]> {
  if (!Array.isArray(keys) || keys.some((key) => typeof key !== "string")) {
    throw new TypeError("files.remove() takes an array of keys");
  }
  const { signal = AbortSignal.any([]) } = options;
  const all: string[] = [...new Set(keys)]; // the API refuses a key that is given twice
  const errors = new Map<string, unknown>();
  let end: { error: unknown } | undefined;
  let group: Promise<Timed<SignedRequest>[]>;

  const remove = async (i: number, key: string) => {
    try {
      if (end) throw end.error;
      const place = i % largestGroup;
      if (place === 0) group = signDeletions(tools, all.slice(i, i + largestGroup), signal);
      const signed = (await group)[place]!;
      const again = async () => (await signDeletions(tools, [key], signal))[0]!;
      await send(tools, { signal, signed, sign: again, read: readDeleted });
    } catch (error) {
      signal.throwIfAborted();
      errors.set(key, error);
      if (!isOfSome(error)) end ??= { error };
    }
  };
  const queue = all.entries();
  const work = async () => {
    for (const [i, key] of queue) await remove(i, key);
  };
  await Promise.all(Array.from({ length: tools.connections }, work));
  return resultOf(all, errors);
}

function resultOf(all: string[], errors: Map<string, unknown>): string[] {
  const removed = all.filter((key) => !errors.has(key));
  const failed = all.filter((key) => errors.has(key)).map((key) => ({ key, error: errors.get(key) }));
  if (!failed[0]) return removed;
  const { error: cause } = failed[0];
  const message = `${failed.length} of ${all.length} files were not deleted; first: ${cause}`;
  throw new RemovalError(message, { code: "NotRemoved", cause, removed, failed });
}

/**
 * Whether the error is of one file, or of the keys that were signed with it. Any other would meet
 * all files that are left, each after as many tries.
 */
function isOfSome(error: unknown): boolean {
  return error instanceof ApiError ? error.field === "keys" : error instanceof S3Error && !error.retryable;
}

async function signDeletions(tools: Tools, keys: string[], signal: AbortSignal): Promise<Timed<SignedRequest>[]> {
  const { deletions, until } = await sign<SignedDeletions>(tools, "deletions", { keys }, signal);
  return keys.map((key, i) => {
    const signed = deletions?.[i];
    if (signed?.key !== key) throw badAnswer();
    return { ...signed, until };
  });
}

/** DeleteObject: S3 answers 204, whether there was such a file or not. */
const readDeleted: Reading = ({ status }) => (status === 204 ? "deleted" : undefined);
