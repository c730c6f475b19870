import { ApiError } from "./api_error.ts";
import { checksumFor } from "./s3/checksum.ts";
import { deliver } from "./s3/deliver.ts";
import { timed, type Job, type Tools } from "./job.ts";
import { begun } from "./s3/outcome.ts";
import { fits, type PartsRecord } from "./resume.ts";
import { badAnswer } from "./errors.ts";
import type { UploadPlan } from "./types.ts";
import { wholeFile } from "./whole_file.ts";

/** What clients find out about a deployment as they go. */
export interface Learned {
  /** The smallest size that it was seen to take in parts, or else is likely to. */
  partsFrom: number;
  /**
   * Files in one piece that ended without S3's word: they may be stored. The next upload of one asks for the same key, so
   * that it is not stored twice.
   */
  unsure: WeakMap<Blob, { request: string; again: (tools: Tools) => Job }>;
}

/**
 * Plans a file. Whether it goes in one piece, and so with a checksum of the whole, is the deployment's to say; the
 * usual threshold is a good guess, and a wrong guess costs one more request.
 *
 * @returns the job that sends it in one piece, or the record of an upload in parts that has begun
 */
export async function begin(tools: Tools, learned: Learned, signal: AbortSignal): Promise<Job | PartsRecord> {
  const { size } = tools.file;
  const hash = checksumFor(tools.checksum, size);
  let sha256 = size < learned.partsFrom ? await hash?.(tools.file) : undefined;
  const plan = () => timed(() => tools.post<UploadPlan>("uploads", { ...tools.request, sha256 }, signal));
  let planned;
  try {
    planned = await plan();
  } catch (error) {
    if (!sha256 || !(error instanceof ApiError) || error.field !== "sha256") throw error;
    // Only a file in one piece may have a checksum of the whole. If this is one, the checksum itself was wrong.
    sha256 = undefined;
    planned = await plan();
    if (!("multipart" in planned)) throw error;
  }
  if ("multipart" in planned) {
    learned.partsFrom = Math.min(learned.partsFrom, size);
    return create(tools, planned, signal);
  }
  if (hash && !sha256) {
    sha256 = await hash(tools.file);
    planned = await plan();
  }
  return wholeFile(tools, planned, sha256);
}

/** Begins an upload in parts at S3, which gives it an id. */
async function create(tools: Tools, plan: Extract<UploadPlan, { multipart: unknown }>, signal: AbortSignal) {
  const { key, multipart } = plan;
  const { size } = tools.file;
  if (!fits(multipart, size)) throw badAnswer();
  const uploadId = (await deliver(tools, { signal, sign: () => plan, read: begun }))!;
  const checksums = tools.request.partChecksums === true;
  return { key, uploadId, ...multipart, checksums, parts: {} } satisfies PartsRecord;
}
