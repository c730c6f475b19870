import { ApiError, badAnswer } from "./errors.ts";
import type { Job, Tools } from "./job.ts";
import type { PartsRecord } from "./resume.ts";
import { checksumFor, type Checksum } from "./s3/checksum.ts";
import { deliver } from "./s3/deliver.ts";
import { MultipartUpload } from "./s3/multipart_upload.ts";
import { isGone, readStored } from "./s3/outcome.ts";
import type { Timed } from "./s3/timed.ts";
import type { StoredPart } from "./s3/xml.ts";
import type { SignedRequest } from "./types.ts";

/** A part to send. `sha256` is base64. */
interface Part {
  partNumber: number;
  sha256: string | undefined;
}

/** A file that is sent in parts, several at once. Its multipart upload has been created already. */
export class FileInParts implements Job {
  readonly key: string;
  readonly contentType: string | undefined;
  readonly isResumed: boolean;
  /** Set if S3 no longer has the upload, if it is another user's, or if the file has changed. */
  isLost = false;
  readonly #tools: Tools;
  readonly #record: PartsRecord;
  readonly #upload: MultipartUpload;
  readonly #checksum: Checksum | undefined;
  /**
   * The parts of an earlier upload that have yet to be compared with the file; undefined until they
   * are known.
   */
  #earlier: StoredPart[] | undefined;

  /**
   * @param isResumed whether the record is of an earlier upload, so that S3 is asked which parts it
   * has
   */
  constructor(tools: Tools, record: PartsRecord, isResumed: boolean) {
    this.key = record.key;
    this.contentType = record.contentType;
    this.isResumed = isResumed;
    this.#tools = tools;
    this.#record = record;
    this.#upload = new MultipartUpload(tools, record);
    this.#checksum = record.checksums ? checksumFor(tools.checksum, record.partSize) : undefined;
    if (!isResumed) this.#earlier = [];
    tools.meter.restart(record.partCount);
    tools.remember(record);
  }

  async run(signal: AbortSignal): Promise<string | undefined> {
    try {
      this.#earlier ??= await this.#findStored(signal);
      await this.#compare(this.#earlier, signal);
      await this.#sendMissing(signal);
      this.#tools.onSent();
      return await this.#upload.complete(Object.values(this.#record.parts), signal); // numeric keys are in order
    } catch (error) {
      // The API refuses a remembered upload that is not, or no longer, this user's.
      const isForeign = !this.#earlier && error instanceof ApiError && !error.retryable && error.status !== 401;
      this.isLost = isForeign || isGone(error);
      throw error;
    }
  }

  abort(): Promise<void> {
    return this.#upload.abort(AbortSignal.timeout(60_000));
  }

  /**
   * S3's own list decides what is stored. If the deployment doesn't grant it, what was remembered
   * does.
   */
  async #findStored(signal: AbortSignal): Promise<StoredPart[]> {
    const { parts: known, partCount } = this.#record;
    const listed = await this.#upload.list(signal).catch((error) => {
      // If all parts were stored, the earlier page may have completed the upload: completing it
      // again shows that.
      if (!isGone(error) || Object.keys(known).length < partCount) throw error;
    });
    this.#record.parts = {};
    if (!listed) return Object.values(known);
    return [...listed.values()]
      .filter(({ partNumber, size }) => size === this.#piece(partNumber).size)
      .map((part) => ({ ...part, sha256: part.sha256 ?? known[part.partNumber]?.sha256 }));
  }

  /** Compares stored parts with the file, which may have changed. */
  async #compare(stored: StoredPart[], signal: AbortSignal): Promise<void> {
    for (let part; (part = stored[0]); stored.shift()) {
      const { partNumber } = part;
      const { sha256 } = await this.#hash(partNumber);
      signal.throwIfAborted();
      if (part.sha256 && sha256 !== part.sha256) throw badAnswer(); // so the upload starts over
      this.#record.parts[partNumber] = { ...part, sha256 };
      this.#tools.meter.reused(partNumber, this.#piece(partNumber).size);
    }
  }

  async #sendMissing(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const parts = this.#signedParts(either);
    const worker = async () => {
      for await (const part of parts) await this.#store(part, either);
    };
    // The first error stops the other parts as well.
    await Promise.all(Array.from({ length: this.#tools.connections }, worker)).finally(() => over.abort());
  }

  /**
   * The parts that S3 lacks, hashed and signed. While the parts of one batch are sent, the next
   * batch is prepared, so that no connection waits for it.
   */
  async *#signedParts(signal: AbortSignal): AsyncGenerator<Part & Timed<SignedRequest>> {
    const { partCount, parts } = this.#record;
    let number = 0;
    const prepare = async () => {
      const batch: Promise<Part>[] = [];
      while (number < partCount && batch.length < this.#tools.connections) if (!parts[++number]) batch.push(this.#hash(number));
      return batch.length > 0 ? this.#upload.sign(await Promise.all(batch), signal) : [];
    };
    for (let next = prepare(), batch; (batch = await next)[0]; yield* batch) {
      (next = prepare()).catch(() => {}); // it is awaited later
    }
  }

  async #hash(partNumber: number): Promise<Part> {
    return { partNumber, sha256: await this.#checksum?.(this.#piece(partNumber)) };
  }

  async #store(signed: Part & Timed<SignedRequest>, signal: AbortSignal): Promise<void> {
    const { partNumber, sha256 } = signed;
    const { meter, remember } = this.#tools;
    const body = this.#piece(partNumber);
    const etag = await deliver(this.#tools, {
      signal,
      signed,
      sign: async () => (await this.#upload.sign([{ partNumber, sha256 }], signal))[0]!,
      body,
      read: readStored,
      onProgress: (sent) => meter.sent(partNumber, sent),
    });
    this.#record.parts[partNumber] = { partNumber, etag: etag!, sha256 };
    remember(this.#record);
    meter.done(partNumber, body.size);
  }

  #piece(number: number): Blob {
    const { partSize } = this.#record;
    return this.#tools.file.slice((number - 1) * partSize, number * partSize);
  }
}
