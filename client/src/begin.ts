import { check } from "./check.ts";
import { badAnswer, type ApiError } from "./errors.ts";
import type { Job, Tools } from "./job.ts";
import type { KnownLimits } from "./limits.ts";
import type { HashedAhead } from "./file_in_parts.ts";
import type { LoadParts } from "./load_parts.ts";
import type { PartsRecord } from "./resume.ts";
import { checksumFor } from "./s3/checksum.ts";
import { partSize } from "./s3/part_size.ts";
import type { Limits } from "./types.ts";
import { wholeFile } from "./whole_file.ts";

/** What the client knows about the deployment and its own uploads. */
export interface Known {
  limits: KnownLimits;
  loadParts: LoadParts;
  /**
   * Files in one piece whose upload ended without S3's answer: they may be stored. The next upload
   * of such a file asks for the same key, so that it isn't stored twice.
   */
  unsure: WeakMap<Blob, NonNullable<Job["again"]>>;
}

/** Continues an unfinished upload of the file, or plans a new one. */
export async function begin(tools: Tools, known: Known, signal: AbortSignal): Promise<Job> {
  const { limits, unsure } = known;
  const again = unsure.get(tools.file);
  unsure.delete(tools.file);
  const job = again?.(tools);
  if (job) return job;
  const begun = Date.now();
  const caller = { signal, onWait: tools.onWait };
  let before: Limits | undefined;
  try {
    return await plan(tools, known, async () => (before = await limits.ask(caller)), signal);
  } catch (error) {
    // The limits may have changed since they were asked for.
    if (!/^(size|metadata|sha256)$/.test((error as ApiError).field ?? "")) throw error;
    const now = await limits.ask(caller, begun);
    if (now === before) throw error;
    return plan(tools, known, async () => now, signal);
  }
}

/** Plans the file. Its SHA-256 is signed, unless it is sent in parts: then each part has its own. */
async function plan(tools: Tools, { loadParts }: Known, askLimits: () => Promise<Limits>, signal: AbortSignal): Promise<Job> {
  const { file, request, checksum, onWait } = tools;
  const { size } = file;
  const hash = checksumFor(checksum, size);
  let sha256: string | undefined;
  let record: PartsRecord | undefined;
  let ahead: Promise<HashedAhead> | undefined;
  const load = () => loadParts({ signal, onWait });
  const planned = await tools.plan(async () => {
    const { kinds } = await askLimits();
    // The API refuses other kinds: it knows whether there is no such kind or it is another group's.
    const kind = kinds.find(({ kind }) => kind === (request.kind ?? null));
    const isInParts = kind && size > (kind.multipartThreshold ?? size);
    record = isInParts ? (await tools.place())?.read() : undefined;
    if (record && (!record.checksums || checksumFor(checksum, record.partSize))) return;
    if (kind) await check(request, kind, signal);
    if (isInParts) {
      ahead = load().then(({ hashAhead }) => hashAhead(tools, partSize(size)));
      ahead.catch(() => {}); // it is awaited later
    }
    if (kind && !isInParts) sha256 = await hash?.(file);
    return { ...request, sha256 };
  }, signal);
  if (planned && !("multipart" in planned)) {
    // It was expected in parts.
    if (hash && !sha256) throw Object.assign(badAnswer(), { field: "sha256" });
    return wholeFile(tools, planned, sha256);
  }
  const hashed = await ahead;
  const { fileInParts, newFileInParts } = await load();
  return planned ? newFileInParts(tools, planned, signal, hashed) : fileInParts(tools, record!, true);
}
