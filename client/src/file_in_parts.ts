import { ApiError } from "./api_error.ts";
import type { Checksum } from "./s3/checksum.ts";
import { deliver } from "./s3/deliver.ts";
import { isGood, timed, type Job, type StoredObject, type Timed, type Tools } from "./job.ts";
import { ended, isGone, joined, listed, stored } from "./s3/outcome.ts";
import type { PartsRecord } from "./resume.ts";
import type { PartsRequest, SignedParts, SignedRequest } from "./types.ts";
import { allParts, completeXml } from "./s3/xml.ts";

/** The upload can't go on: S3 no longer knows it, it is another user's, or the file is not the same. */
export class CannotGoOn extends Error {}

/** What a file in parts needs beside the tools. */
export interface PartsOptions {
  record: PartsRecord;
  /** Whether an earlier page has begun it, so that what S3 has is to be found out. */
  resumed: boolean;
  /** Called when a part has been stored. */
  remember(): void;
  /** Undefined where parts go without. */
  checksum: Checksum | undefined;
}

/** A part on its way. */
interface Part {
  number: number;
  piece: Blob;
  /** base64, where parts go with their checksum */
  sha256: string | undefined;
}

type SignedPart = Timed<Part & SignedRequest>;

/** A file that goes in parts, several at once: S3's multipart upload, begun already. */
export class FileInParts implements Job {
  readonly #tools: Tools;
  readonly #options: PartsOptions;
  readonly #record: PartsRecord;
  /** Parts that are known to be the file's. */
  readonly #checked = new Set<number>();
  #isListed: boolean;

  constructor(tools: Tools, options: PartsOptions) {
    this.#tools = tools;
    this.#options = options;
    this.#record = options.record;
    this.#isListed = !options.resumed;
    tools.meter.restart(options.record.partCount);
  }

  key(): string {
    return this.#record.key;
  }

  async run(signal: AbortSignal): Promise<StoredObject> {
    const { file, onSent } = this.#tools;
    try {
      if (!this.#isListed) await this.#findStored(signal);
      this.#isListed = true;
      await this.#sendMissing(signal);
      onSent();
      const etag = await this.#complete(signal);
      return { key: this.#record.key, size: file.size, sha256: undefined, etag, resumed: this.#options.resumed };
    } catch (error) {
      // The API refuses what was remembered and is not, or no longer, an upload of this user's.
      const isForeign = !this.#isListed && error instanceof ApiError && !error.retryable && error.status !== 401;
      throw isForeign || isGone(error) ? new CannotGoOn("", { cause: error }) : error;
    }
  }

  /** Ends the upload at once where the deployment grants that; elsewhere S3 sweeps up after a day. */
  async abandon(): Promise<void> {
    const signal = AbortSignal.timeout(60_000);
    const { abort } = await this.#sign([], signal);
    if (abort) await deliver(this.#tools, { signal, sign: () => abort, read: ended });
  }

  /** After a reload S3's own list decides what is there; where it can't be had, what was remembered. */
  async #findStored(signal: AbortSignal): Promise<void> {
    const known = this.#record.parts;
    const { partCount } = this.#record;
    const found = await allParts(async (after) => {
      const { list } = await this.#sign([], signal, after);
      return list && deliver(this.#tools, { signal, sign: () => list, read: listed });
    }).catch((error) => {
      // With all parts there, what has taken the upload away may be the last request of the page before: ask it again.
      if (!isGone(error) || Object.keys(known).length < partCount) throw error;
    });
    if (!found) return;
    this.#record.parts = {};
    for (let number = 1; number <= partCount; number++) {
      const part = found.get(number);
      if (part?.size !== this.#piece(number).size) continue;
      this.#record.parts[number] = { ...part, sha256: part.sha256 ?? known[number]?.sha256 };
    }
  }

  /** Several at once. The first error stops the others, so that nothing goes on in secret. */
  async #sendMissing(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    const parts = this.#signedParts(both);
    const worker = async () => {
      for await (const part of parts) await this.#store(part, both);
    };
    // The first abort counts: it has the reason that the others then fail with.
    const workers = Array.from({ length: this.#tools.connections }, () => worker().catch((e) => failed.abort(e)));
    await Promise.all(workers);
    both.throwIfAborted();
  }

  /**
   * The parts that S3 doesn't have, hashed and signed a batch at a time, just before they go. What S3 has from before must
   * be the file's still.
   */
  async *#signedParts(signal: AbortSignal): AsyncGenerator<SignedPart> {
    const { connections, meter } = this.#tools;
    const { partCount, parts } = this.#record;
    const batch: Part[] = [];
    for (let number = 1; number <= partCount; number++) {
      const piece = this.#piece(number);
      const stored = parts[number];
      const sha256 = this.#checked.has(number) ? stored?.sha256 : await this.#options.checksum?.(piece);
      signal.throwIfAborted();
      if (!stored) batch.push({ number, piece, sha256 });
      else {
        if (stored.sha256 && sha256 !== stored.sha256) throw new CannotGoOn();
        stored.sha256 = sha256;
        this.#checked.add(number);
        meter.done(number, piece.size);
      }
      const isFull = batch.length === 2 * connections || number === partCount;
      if (batch[0] && isFull) yield* await this.#signBatch(batch.splice(0), signal);
    }
  }

  async #store(part: SignedPart, signal: AbortSignal): Promise<void> {
    const { number, piece, sha256 } = part;
    const { meter } = this.#tools;
    let signed = part;
    const etag = await deliver(this.#tools, {
      signal,
      body: piece,
      read: stored,
      sign: async (again) => {
        if (again || !isGood(signed)) [signed = part] = await this.#signBatch([part], signal);
        return signed;
      },
      onProgress: (sent) => meter.sent(number, sent),
    });
    this.#record.parts[number] = { partNumber: number, etag: etag!, sha256 };
    this.#checked.add(number);
    this.#options.remember();
    meter.done(number, piece.size);
  }

  #complete(signal: AbortSignal): Promise<string | undefined> {
    const body = new Blob([completeXml(Object.values(this.#record.parts))]); // in order, as numeric keys always are
    const sign = async () => (await this.#sign([], signal)).complete;
    return deliver(this.#tools, { signal, body, sign, read: joined });
  }

  async #signBatch(batch: Part[], signal: AbortSignal): Promise<SignedPart[]> {
    const wanted = batch.map(({ number, sha256 }) => ({ partNumber: number, sha256 }));
    const { parts, until } = await timed(() => this.#sign(wanted, signal));
    return batch.map((part, i) => ({ ...part, ...parts[i]!, until })); // answered in the order of asking
  }

  #sign(parts: PartsRequest["parts"], signal: AbortSignal, listAfter = 0): Promise<SignedParts> {
    const { key, uploadId } = this.#record;
    return this.#tools.post("uploads/parts", { key, uploadId, parts, listAfter: listAfter || undefined }, signal);
  }

  #piece(number: number): Blob {
    const { partSize } = this.#record;
    return this.#tools.file.slice((number - 1) * partSize, number * partSize);
  }
}
