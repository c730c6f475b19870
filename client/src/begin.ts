import { check } from "./check.ts";
import { badAnswer, type ApiError } from "./errors.ts";
import { FileInParts } from "./file_in_parts.ts";
import type { Job, Tools } from "./job.ts";
import type { KnownLimits } from "./limits.ts";
import { fits, type Place } from "./resume.ts";
import { checksumFor } from "./s3/checksum.ts";
import { MultipartUpload } from "./s3/multipart_upload.ts";
import { timed } from "./s3/timed.ts";
import type { Limits } from "./types.ts";
import { wholeFile } from "./whole_file.ts";

/** What the client knows about the deployment and its own uploads. */
export interface Known {
  limits: KnownLimits;
  /**
   * Files in one piece whose upload ended without S3's answer: they may be stored. The next upload
   * of such a file asks for the same key, so that it isn't stored twice.
   */
  unsure: WeakMap<Blob, NonNullable<Job["again"]>>;
}

/** Continues an unfinished upload of the file, or plans a new one. */
export async function begin(tools: Tools, known: Known, place: Place | undefined, signal: AbortSignal): Promise<Job> {
  const { file, checksum } = tools;
  const record = place?.read();
  if (record && (!record.checksums || checksumFor(checksum, record.partSize))) {
    return new FileInParts(tools, record, true);
  }
  const again = known.unsure.get(file);
  known.unsure.delete(file);
  return again?.(tools) ?? planByLimits(tools, known.limits, signal);
}

/** Plans the file once more if that failed because the limits have changed since they were asked for. */
async function planByLimits(tools: Tools, limits: KnownLimits, signal: AbortSignal): Promise<Job> {
  const begun = Date.now();
  const caller = { signal, onWait: tools.onWait };
  const before = await limits.ask(caller);
  try {
    return await plan(tools, before, signal);
  } catch (error) {
    const { field, code } = error as ApiError;
    if (!/^(size|metadata|sha256)$/.test(field ?? "") && code !== "BadAnswer") throw error;
    const now = await limits.ask(caller, begun);
    if (now === before) throw error;
    return plan(tools, now, signal);
  }
}

/** Plans the file. Its SHA-256 is signed, unless it is sent in parts: then each part has its own. */
async function plan(tools: Tools, { kinds }: Limits, signal: AbortSignal): Promise<Job> {
  const { file, request } = tools;
  const { size } = file;
  // The API refuses other kinds. It knows whether there is no such kind or it is another group's.
  const kind = kinds.find(({ kind }) => kind === (request.kind ?? null));
  if (kind) check(request, kind);
  const hash = checksumFor(tools.checksum, size);
  const sha256 = kind && size <= (kind.multipartThreshold ?? size) ? await hash?.(file) : undefined;
  const planned = await timed(() => tools.plan({ ...request, sha256 }, signal));
  if (!("multipart" in planned)) {
    if (hash && !sha256) throw badAnswer(); // it was expected in parts
    return wholeFile(tools, planned, sha256);
  }
  const { key, multipart, headers } = planned;
  if (!fits(multipart, size)) throw badAnswer();
  const uploadId = await MultipartUpload.create(tools, planned, signal);
  const contentType = headers["Content-Type"];
  const checksums = request.partChecksums === true;
  return new FileInParts(tools, { key, contentType, uploadId, ...multipart, checksums, parts: {} }, false);
}
