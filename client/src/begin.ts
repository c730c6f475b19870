import { ApiError, badAnswer } from "./errors.ts";
import { FileInParts } from "./file_in_parts.ts";
import type { Job, Tools } from "./job.ts";
import { fits, type Place } from "./resume.ts";
import { checksumFor } from "./s3/checksum.ts";
import { MultipartUpload } from "./s3/multipart_upload.ts";
import { timed } from "./s3/timed.ts";
import { wholeFile } from "./whole_file.ts";

/** What the client learns about the deployment and its own uploads. */
export interface Learned {
  /** The smallest size that the deployment has planned in parts, or else the usual threshold. */
  partsFrom: number;
  /**
   * Files in one piece whose upload ended without S3's answer: they may be stored. The next upload
   * of such a file asks for the same key, so that it isn't stored twice.
   */
  unsure: WeakMap<Blob, NonNullable<Job["again"]>>;
}

/** Continues an unfinished upload of the file, or plans a new one. */
export async function begin(
  tools: Tools,
  learned: Learned,
  place: Place | undefined,
  signal: AbortSignal,
): Promise<Job> {
  const record = place?.read();
  if (record && (!record.checksums || checksumFor(tools.checksum, record.partSize))) {
    return new FileInParts(tools, record, true);
  }
  const again = learned.unsure.get(tools.file);
  learned.unsure.delete(tools.file);
  return again?.(tools) ?? plan(tools, learned, signal);
}

/**
 * Plans the file. The deployment decides whether it is sent in one piece, and only then may its
 * SHA-256 be signed. The usual threshold is a good guess; a wrong guess costs one more request.
 */
async function plan(tools: Tools, learned: Learned, signal: AbortSignal): Promise<Job> {
  const { file, request } = tools;
  const { size } = file;
  const hash = checksumFor(tools.checksum, size);
  let sha256 = size < learned.partsFrom ? await hash?.(file) : undefined;
  const ask = () => timed(() => tools.plan({ ...request, sha256 }, signal));
  let refusal: unknown;
  let planned = await ask().catch((error) => {
    if (!sha256 || !(error instanceof ApiError) || error.field !== "sha256") throw error;
    refusal = error;
    sha256 = undefined;
    return ask();
  });
  if ("multipart" in planned) {
    learned.partsFrom = Math.min(learned.partsFrom, size);
    const { key, multipart, headers } = planned;
    if (!fits(multipart, size)) throw badAnswer();
    const uploadId = await MultipartUpload.create(tools, planned, signal);
    const contentType = headers["Content-Type"];
    const checksums = request.partChecksums === true;
    return new FileInParts(tools, { key, contentType, uploadId, ...multipart, checksums, parts: {} }, false);
  }
  // The API refuses the SHA-256 of a file that is sent in parts. This one isn't, so the SHA-256
  // itself was wrong.
  if (refusal) throw refusal;
  if (hash && !sha256) {
    sha256 = await hash(file);
    planned = await ask();
  }
  return wholeFile(tools, planned, sha256);
}
