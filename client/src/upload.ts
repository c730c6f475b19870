import { begin, type Learned } from "./begin.ts";
import { checksumFor } from "./checksum.ts";
import type { Job, StoredObject, Tools } from "./job.ts";
import type { UploadOptions, UploadState } from "./options.ts";
import { CannotGoOn, FileInParts } from "./parts.ts";
import type { Pool } from "./pool.ts";
import { ProgressMeter, type UploadProgress } from "./progress.ts";
import { claim, type PartsRecord, type Records } from "./records.ts";
import type { RetryContext } from "./retry.ts";
import type { PartsRequest, SignedParts, UploadPlan, UploadRequest } from "./types.ts";

/** What an upload shares with the client's others. */
export interface Shared extends Pick<Tools, "checksum" | "connections" | "pool" | "retry"> {
  plan(request: UploadRequest, context: RetryContext): Promise<UploadPlan>;
  signParts(request: PartsRequest, context: RetryContext): Promise<SignedParts>;
  /** Uploads at once: a file is planned when it is its turn, so that its URL is fresh. */
  turns: Pool;
  records: Records;
  learned: Learned;
}

/** One file on its way to S3. It starts by itself, when it is its turn. */
export class Upload {
  readonly file: Blob;
  /**
   * Settles at the end: with what is stored, or an ApiError, an S3Error, a NetworkError, a FileError, what the token
   * source threw, or the reason of the abort (an AbortError unless another was given).
   */
  readonly done: Promise<StoredObject>;
  readonly #request: UploadRequest;
  readonly #options: UploadOptions;
  readonly #shared: Shared;
  readonly #meter: ProgressMeter;
  readonly #ended = new AbortController();
  #leg = new AbortController();
  #isPaused = false;
  #wake = () => {};
  #state: UploadState = "waiting";
  #stateBeforeWait: UploadState = "waiting";
  #job: Job | undefined;
  #recordName: string | undefined;
  #unclaim = () => {};

  /** Made by Signpost's upload(). */
  constructor(file: Blob, request: UploadRequest, options: UploadOptions, shared: Shared) {
    this.file = file;
    this.#request = request;
    this.#options = options;
    this.#shared = shared;
    this.#meter = new ProgressMeter(file.size, (progress) => this.#moved(progress));
    const { signal } = options;
    const onAbort = () => this.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    this.done = this.#run().finally(() => signal?.removeEventListener("abort", onAbort));
    this.done.catch(() => {}); // the state says so too: who doesn't await it need not catch it
  }

  get state(): UploadState {
    return this.#state;
  }

  get progress(): UploadProgress {
    return this.#meter.progress;
  }

  /** The object's key, once it is planned. */
  get key(): string | undefined {
    return this.#job?.key;
  }

  /** Stops sending, until resume(). What S3 has of a file in parts stays; a file in one piece begins anew. */
  pause(): void {
    if (this.#isOver || this.#isPaused) return;
    this.#become("paused");
    this.#isPaused = true;
    this.#leg.abort();
  }

  /** Goes on after pause(). */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#become("waiting");
    this.#wake();
  }

  /** Gives up for good: nothing is stored, and `done` rejects with the reason. */
  abort(reason: unknown = new DOMException("the upload was aborted", "AbortError")): void {
    if (this.#isOver) return;
    this.#isPaused = false;
    this.#become("aborted");
    this.#ended.abort(reason);
    this.#wake();
  }

  async #run(): Promise<StoredObject> {
    const { signal } = this.#ended;
    try {
      const object = await this.#untilStored();
      this.#forget();
      this.#become("stored");
      return object;
    } catch (error) {
      if (!signal.aborted) {
        this.#become("failed");
        throw error;
      }
      this.#forget();
      this.#job?.abandon().catch(() => {}); // S3 sweeps up after a day
      throw signal.reason;
    } finally {
      this.#unclaim();
    }
  }

  /** Leg after leg: each ends with a pause, the last with the end. */
  async #untilStored(): Promise<StoredObject> {
    for (;;) {
      if (this.#isPaused) await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#leg = new AbortController();
      const signal = AbortSignal.any([this.#ended.signal, this.#leg.signal]);
      try {
        return await this.#shared.turns.run(signal, () => this.#goOn(signal));
      } catch (error) {
        if (this.#ended.signal.aborted || !this.#leg.signal.aborted) throw error;
      }
    }
  }

  async #goOn(signal: AbortSignal): Promise<StoredObject> {
    try {
      return await this.#send(signal, true);
    } catch (error) {
      if (!(error instanceof CannotGoOn)) throw error;
      // Once: a deployment where every upload is lost half-way must not be tried for ever.
      this.#job?.abandon().catch(() => {});
      this.#forget();
      this.#job = undefined;
      return await this.#send(signal, false);
    }
  }

  async #send(signal: AbortSignal, mayResume: boolean): Promise<StoredObject> {
    if (!this.#job) {
      this.#become("planning");
      this.#job = (mayResume && (await this.#found())) || (await this.#begun(signal));
    }
    this.#become("uploading");
    return this.#job.run(signal);
  }

  /** The upload of the same file that an earlier page has begun and this browser remembers. */
  async #found(): Promise<Job | undefined> {
    const { records, checksum } = this.#shared;
    const { contentType, metadata } = this.#request;
    const name = records.nameOf(this.file, { contentType, metadata });
    const unclaim = name && (await claim(name));
    if (!unclaim) return undefined;
    [this.#recordName, this.#unclaim] = [name, unclaim];
    const record = records.get(name);
    const canHash = checksumFor(checksum, record?.partSize ?? 0) !== undefined;
    return record && (canHash || !record.checksums) ? this.#inParts(record, true) : undefined;
  }

  async #begun(signal: AbortSignal): Promise<Job> {
    const begun = await begin(this.#tools(), this.#shared.learned, signal);
    return "run" in begun ? begun : this.#inParts(begun, false);
  }

  #inParts(record: PartsRecord, resumed: boolean): FileInParts {
    const remember = () => {
      if (this.#recordName) this.#shared.records.set(this.#recordName, record);
    };
    remember();
    const checksum = record.checksums ? checksumFor(this.#shared.checksum, record.partSize) : undefined;
    return new FileInParts(this.#tools(), { record, resumed, remember, checksum });
  }

  #tools(): Tools {
    const { checksum, connections, pool, retry, plan, signParts } = this.#shared;
    const onWait = (why: "offline" | "waiting" | undefined) => this.#waits(why);
    return {
      ...{ checksum, connections, pool, retry, onWait, file: this.file, request: this.#request, meter: this.#meter },
      plan: (request, signal) => plan(request, { retry, signal, onWait }),
      signParts: (request, signal) => signParts(request, { retry, signal, onWait }),
      onSent: () => this.#become("finishing"),
    };
  }

  #waits(why: "offline" | "waiting" | undefined): void {
    if (!this.#isWaiting) this.#stateBeforeWait = this.#state;
    this.#become(why ?? this.#stateBeforeWait);
  }

  /** Of several parts one may wait while others move. */
  #moved(progress: UploadProgress): void {
    if (this.#isWaiting) this.#become("uploading");
    tell(this.#options.onProgress, progress);
  }

  get #isWaiting(): boolean {
    return this.#state === "waiting" || this.#state === "offline";
  }

  get #isOver(): boolean {
    return this.#state === "stored" || this.#state === "failed" || this.#state === "aborted";
  }

  #forget(): void {
    if (this.#recordName) this.#shared.records.remove(this.#recordName);
  }

  /** What still comes from a leg that was stopped doesn't count. */
  #become(state: UploadState): void {
    if (state === this.#state || this.#isPaused || this.#isOver) return;
    this.#state = state;
    tell(this.#options.onState, state);
  }
}

/** Calls back. An error there is the page's own and must not end the upload. */
function tell<T>(callback: ((value: T) => void) | undefined, value: T): void {
  try {
    callback?.(value);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
