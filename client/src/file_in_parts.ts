// Files in parts. This module is loaded when the first one is planned: see core.ts and
// load_parts.ts.
import type { Job, Tools } from "./job.ts";
import type { PartsRecord } from "./resume.ts";
import { isGone, readCreated } from "./s3/multipart_outcome.ts";
import { multipartUpload } from "./s3/multipart_upload.ts";
import type { StoredPart } from "./s3/parts_xml.ts";
import type { Timed } from "./s3/timed.ts";
import type { SignedRequest, UploadPlan } from "./types.ts";

/** A part to send. `sha256` is base64. */
interface Part {
  partNumber: number;
  sha256: string | undefined;
}

/** The SHA-256 of a file's first parts, if the parts have that size. Each is used once. */
export interface HashedAhead {
  partSize: number;
  /** By the part's number, which counts from 1. */
  sums: Map<number, Promise<string>>;
}

/** Begins to hash the parts that are sent first, while the file is planned. */
export function hashAhead({ file, checksum, connections, checksumFor }: Tools, partSize: number): HashedAhead {
  const hash = checksumFor(checksum, partSize);
  const sums: HashedAhead["sums"] = new Map();
  for (let number = 1; hash && number <= connections && (number - 1) * partSize < file.size; number++) {
    const sum = (async () => hash(file.slice((number - 1) * partSize, number * partSize)))();
    sum.catch(() => {}); // it is awaited later
    sums.set(number, sum);
  }
  return { partSize, sums };
}

/** A file that was planned in parts. If the plan expires before S3 has created its upload, there is a new one. */
export async function newFileInParts(tools: Tools, plan: Timed<UploadPlan>, signal: AbortSignal, ahead?: HashedAhead): Promise<Job> {
  const { file, request, badAnswer, deliver, fits } = tools;
  const inParts = (planned: Timed<UploadPlan>) => {
    if ("multipart" in planned && fits(planned.multipart, file.size)) return planned;
    throw badAnswer();
  };
  let planned = inParts(plan);
  await tools.place();
  const uploadId = await deliver(tools, {
    signal,
    signed: planned,
    sign: async () => (planned = inParts((await tools.plan(async () => request, signal))!)),
    read: readCreated(tools),
  });
  const { key, headers, multipart } = planned;
  const checksums = request.partChecksums === true;
  const record = { key, contentType: headers["Content-Type"], uploadId: uploadId!, ...multipart, checksums, parts: {} };
  return fileInParts(tools, record, false, ahead);
}

/**
 * A file that is sent in parts, several at once. Its multipart upload has been created already.
 *
 * @param isResumed whether the record is of an earlier upload, so that S3 is asked which parts it has
 */
export function fileInParts(tools: Tools, record: PartsRecord, isResumed: boolean, ahead?: HashedAhead): Job {
  const { file, meter, connections, ApiError, badAnswer, checksumFor, deliver, readStored } = tools;
  const { key, contentType, partSize, partCount } = record;
  const upload = multipartUpload(tools, record);
  const checksum = record.checksums ? checksumFor(tools.checksum, partSize) : undefined;
  /**
   * The parts of an earlier upload that have yet to be compared with the file; undefined until they
   * are known.
   */
  let earlier: StoredPart[] | undefined = isResumed ? undefined : [];

  const pieceOf = (number: number) => file.slice((number - 1) * partSize, number * partSize);
  // Chromium asks the system for the file at each slice, so the size is computed.
  const sizeOf = (number: number) => Math.min(partSize, file.size - (number - 1) * partSize);
  const hash = async (partNumber: number): Promise<Part> => {
    const hashed = ahead?.partSize === partSize ? ahead.sums.get(partNumber) : undefined;
    ahead?.sums.delete(partNumber);
    return { partNumber, sha256: await (hashed ?? checksum?.(pieceOf(partNumber))) };
  };

  /**
   * S3's own list decides what is stored. If the deployment doesn't grant it, what was remembered
   * does.
   */
  const findStored = async (signal: AbortSignal): Promise<StoredPart[]> => {
    const known = record.parts;
    const listed = await upload.list(signal).catch((error) => {
      // If all parts were stored, the earlier page may have completed the upload: completing it
      // again shows that.
      if (!isGone(tools, error) || Object.keys(known).length < partCount) throw error;
    });
    record.parts = {};
    if (!listed) return Object.values(known);
    return [...listed.values()]
      .filter(({ partNumber, size }) => size === sizeOf(partNumber))
      .map((part) => ({ ...part, sha256: part.sha256 ?? known[part.partNumber]?.sha256 }));
  };

  /** Compares stored parts with the file, which may have changed. */
  const compare = async (stored: StoredPart[], signal: AbortSignal) => {
    for (let part; (part = stored[0]); stored.shift()) {
      const { partNumber } = part;
      const { sha256 } = await hash(partNumber);
      signal.throwIfAborted();
      if (part.sha256 && sha256 !== part.sha256) throw badAnswer(); // so the upload starts over
      record.parts[partNumber] = { ...part, sha256 };
      meter.reused(partNumber, sizeOf(partNumber));
    }
  };

  const sendMissing = async (signal: AbortSignal) => {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const parts = signedParts(either);
    const worker = async () => {
      for await (const part of parts) await store(part, either);
    };
    // The first error stops the other parts as well.
    await Promise.all(Array.from({ length: connections }, worker)).finally(() => over.abort());
  };

  /**
   * The parts that S3 lacks, hashed and signed. While the parts of one batch are sent, the next
   * batch is prepared, so that no connection waits for it.
   */
  async function* signedParts(signal: AbortSignal): AsyncGenerator<Part & Timed<SignedRequest>> {
    let number = 0;
    const prepare = async () => {
      const batch: Promise<Part>[] = [];
      while (number < partCount && batch.length < connections) if (!record.parts[++number]) batch.push(hash(number));
      return batch.length > 0 ? upload.sign(await Promise.all(batch), signal) : [];
    };
    for (let next = prepare(), batch; (batch = await next)[0]; yield* batch) {
      (next = prepare()).catch(() => {}); // it is awaited later
    }
  }

  const store = async (signed: Part & Timed<SignedRequest>, signal: AbortSignal) => {
    const { partNumber, sha256 } = signed;
    const body = pieceOf(partNumber);
    const etag = await deliver(tools, {
      signal,
      signed,
      sign: async () => (await upload.sign([{ partNumber, sha256 }], signal))[0]!,
      body,
      read: readStored,
      onProgress: (sent) => meter.sent(partNumber, sent),
    });
    record.parts[partNumber] = { partNumber, etag: etag!, sha256 };
    tools.remember(record);
    meter.done(partNumber, body.size);
  };

  const job: Job = {
    key,
    contentType,
    isResumed,
    run: async (signal) => {
      try {
        await compare((earlier ??= await findStored(signal)), signal);
        await sendMissing(signal);
        tools.onSent();
        return await upload.complete(Object.values(record.parts), signal); // numeric keys are in order
      } catch (error) {
        // The API refuses a remembered upload that is not, or no longer, this user's.
        const isForeign = !earlier && error instanceof ApiError && !error.retryable && error.status !== 401;
        job.isLost = isForeign || isGone(tools, error);
        throw error;
      }
    },
    abort: () => upload.abort(AbortSignal.timeout(60_000)),
  };
  meter.restart(partCount);
  tools.remember(record);
  return job;
}
