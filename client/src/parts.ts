import { ApiError } from "./api_error.ts";
import type { Checksum } from "./checksum.ts";
import type { Job, StoredObject, Tools } from "./job.ts";
import { timed } from "./job.ts";
import { PartQueue, type HashedPart, type ReadyPart } from "./part_queue.ts";
import type { PartsRecord } from "./records.ts";
import { withRetries } from "./retry.ts";
import { S3Error } from "./s3_error.ts";
import { send } from "./send.ts";
import type { PartsRequest, SignedParts } from "./types.ts";
import { completeXml, parseParts, textOf, type StoredPart } from "./xml.ts";

/** The upload can't go on: S3 no longer knows it, it is another user's, or the file is not the same. */
export class CannotGoOn extends Error {}

/** What a file in parts needs beside the tools. */
export interface PartsOptions {
  record: PartsRecord;
  /** Whether an earlier page has begun it, so that what S3 has is to be found out. */
  resumed: boolean;
  /** Called with the record whenever a part has been stored. */
  remember(record: PartsRecord): void;
  /** Undefined where parts go without. */
  checksum: Checksum | undefined;
}

/** A file that goes in parts, several at once: S3's multipart upload, begun already. */
export class FileInParts implements Job {
  readonly #tools: Tools;
  readonly #options: PartsOptions;
  readonly #record: PartsRecord;
  readonly #checked = new Set<number>();
  #isListed: boolean;

  constructor(tools: Tools, options: PartsOptions) {
    this.#tools = tools;
    this.#options = options;
    this.#record = options.record;
    this.#isListed = !options.resumed;
    tools.meter.restart(options.record.partCount);
  }

  get key(): string {
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
      return { key: this.key, size: file.size, sha256: undefined, etag, resumed: this.#options.resumed };
    } catch (error) {
      if (error instanceof S3Error && error.code === "NoSuchUpload") throw new CannotGoOn("", { cause: error });
      throw error;
    }
  }

  /** Ends the upload at once where the deployment grants that; elsewhere S3 sweeps up after a day. */
  async abandon(): Promise<void> {
    const signal = AbortSignal.timeout(60_000);
    const { abort } = await this.#sign([], signal);
    const { pool, retry } = this.#tools;
    const end = () => send(abort!, undefined, { signal, stallTimeout: retry.stallTimeout });
    if (abort) await pool.run(signal, () => withRetries(end, { retry, signal }));
  }

  /** After a reload S3's own list decides what is there; where it can't be had, what was remembered. */
  async #findStored(signal: AbortSignal): Promise<void> {
    try {
      const known = this.#record.parts;
      const parts: Record<number, StoredPart> = {};
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page = await this.#list(after, signal);
        if (!page) return;
        for (const part of page.parts) {
          const sha256 = part.sha256 ?? known[part.partNumber]?.sha256;
          if (part.size === this.#lengthOf(part.partNumber)) parts[part.partNumber] = { ...part, sha256 };
        }
        after = page.next;
      }
      this.#record.parts = parts;
    } catch (error) {
      const isRefused = error instanceof ApiError && !error.retryable && error.status !== 401;
      throw isRefused ? new CannotGoOn("", { cause: error }) : error;
    }
  }

  async #list(after: number, signal: AbortSignal): Promise<ReturnType<typeof parseParts> | undefined> {
    const { retry, onWait, pool } = this.#tools;
    const { list } = await this.#sign([], signal, after);
    if (!list) return undefined;
    const ask = () => pool.run(signal, () => send(list, undefined, { signal, stallTimeout: retry.stallTimeout }));
    return parseParts((await withRetries(ask, { retry, signal, onWait })).text);
  }

  /** Several at once. The first error stops the others, so that nothing goes on in secret. */
  async #sendMissing(signal: AbortSignal): Promise<void> {
    const { connections } = this.#tools;
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    const queue = new PartQueue(this.#missing(both), (parts) => timed(() => this.#sign(parts, both)), 2 * connections);
    const worker = async () => {
      for (let part = await queue.next(); part; part = await queue.next()) await this.#store(part, queue, both);
    };
    // The first abort counts: it has the reason that the others then fail with.
    const workers = Array.from({ length: connections }, () => worker().catch((error) => failed.abort(error)));
    await Promise.all(workers);
    both.throwIfAborted();
  }

  /** The parts that S3 doesn't have, hashed one after the other. What it has from before must be the file's still. */
  async *#missing(signal: AbortSignal): AsyncGenerator<HashedPart, void, void> {
    const { checksum } = this.#options;
    for (let number = 1; number <= this.#record.partCount; number++) {
      const piece = this.#piece(number);
      const stored = this.#record.parts[number];
      const isSure = stored && (this.#checked.has(number) || !checksum);
      const sha256 = isSure ? stored.sha256 : await checksum?.(piece);
      signal.throwIfAborted();
      if (!stored) {
        yield { number, piece, sha256 };
        continue;
      }
      if (stored.sha256 && sha256 !== stored.sha256) throw new CannotGoOn("the file has other bytes now");
      stored.sha256 = sha256;
      this.#checked.add(number);
      this.#tools.meter.done(number, piece.size);
    }
  }

  async #store(part: ReadyPart, queue: PartQueue, signal: AbortSignal): Promise<void> {
    const { meter, retry, onWait, pool } = this.#tools;
    const { number, piece, sha256 } = part;
    const onProgress = (sent: number) => meter.sent(number, sent);
    let isRefused = false;
    const attempt = async (): Promise<string> => {
      meter.lost(number);
      part = await queue.fresh(part, isRefused);
      const put = () => send(part.signed, piece, { signal, stallTimeout: retry.stallTimeout, onProgress });
      try {
        return (await pool.run(signal, put)).header("ETag") ?? "";
      } catch (error) {
        if (!(error instanceof S3Error && error.wantsNewUrl) || isRefused) throw error;
        isRefused = true;
        return attempt();
      }
    };
    const etag = await withRetries(attempt, { retry, signal, onWait });
    this.#record.parts[number] = { partNumber: number, etag, sha256 };
    this.#checked.add(number);
    this.#options.remember(this.#record);
    meter.done(number, piece.size);
  }

  async #complete(signal: AbortSignal): Promise<string | undefined> {
    const { retry, onWait, pool } = this.#tools;
    const parts = Object.values(this.#record.parts).sort((a, b) => a.partNumber - b.partNumber);
    const body = new Blob([completeXml(parts)]);
    let isUnsure = false;
    const attempt = async (): Promise<string | undefined> => {
      const { complete } = await this.#sign([], signal);
      try {
        const join = () => send(complete, body, { signal, stallTimeout: 10 * retry.stallTimeout });
        return textOf((await pool.run(signal, join)).text, "ETag");
      } catch (error) {
        // The key is this upload's alone: what lies there, or has taken the upload away, is a try whose answer was lost.
        const code = error instanceof S3Error ? error.code : "";
        if (code === "PreconditionFailed" || (code === "NoSuchUpload" && isUnsure)) return undefined;
        isUnsure = true;
        throw error;
      }
    };
    return withRetries(attempt, { retry, signal, onWait });
  }

  #sign(parts: PartsRequest["parts"], signal: AbortSignal, listAfter = 0): Promise<SignedParts> {
    const { key, uploadId } = this.#record;
    return this.#tools.signParts({ key, uploadId, parts, ...(listAfter > 0 && { listAfter }) }, signal);
  }

  #lengthOf(number: number): number {
    const { partSize } = this.#record;
    return Math.min(partSize, this.#tools.file.size - (number - 1) * partSize);
  }

  #piece(number: number): Blob {
    const start = (number - 1) * this.#record.partSize;
    return this.#tools.file.slice(start, start + this.#lengthOf(number));
  }
}
