import type { Post } from "./api.ts";
import { begin, type Learned } from "./plan.ts";
import { checksumFor } from "./s3/checksum.ts";
import type { Job, StoredObject, Tools } from "./job.ts";
import type { UploadOptions, UploadState } from "./options.ts";
import { CannotGoOn, FileInParts } from "./file_in_parts.ts";
import type { Pool } from "./pool.ts";
import { NetworkError } from "./network_error.ts";
import { newMeter, type Meter, type UploadProgress } from "./progress.ts";
import { claim, fits, type PartsRecord, type Records } from "./resume.ts";
import type { UploadRequest } from "./types.ts";

/** What an upload shares with the client's others. */
export interface Shared extends Pick<Tools, "checksum" | "connections" | "pool" | "retry"> {
  /** Asks the API. */
  post: Post;
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
  readonly #meter: Meter;
  readonly #abort = new AbortController();
  /** Aborts with the upload. */
  readonly #signal: AbortSignal;
  #leg = new AbortController();
  #isPaused = false;
  #wake = () => {};
  #state: UploadState = "waiting";
  #job: Job | undefined;
  #recordName: string | undefined;
  #unclaim = () => {};

  /** Made by Signpost's upload(). */
  constructor(file: Blob, request: UploadRequest, options: UploadOptions, shared: Shared) {
    this.file = file;
    this.#request = request;
    this.#options = options;
    this.#shared = shared;
    this.#meter = newMeter(file.size, (progress) => this.#moved(progress));
    this.#signal = AbortSignal.any([this.#abort.signal, options.signal ?? this.#abort.signal]);
    this.#signal.addEventListener("abort", () => this.#aborted());
    this.done = this.#run();
    this.done.catch(() => {}); // the state says so too: who doesn't await it need not catch it
  }

  get state(): UploadState {
    return this.#state;
  }

  get progress(): UploadProgress {
    return this.#meter.progress();
  }

  /** The object's key, once it is planned. */
  get key(): string | undefined {
    return this.#job?.key();
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

  /** Gives up for good: nothing is stored, and `done` rejects with the reason, an AbortError unless given. */
  abort(reason?: unknown): void {
    if (!this.#isOver) this.#abort.abort(reason);
  }

  #aborted(): void {
    this.#isPaused = false;
    this.#become("aborted");
    this.#wake();
  }

  async #run(): Promise<StoredObject> {
    try {
      const object = await this.#untilStored();
      this.#isPaused = false; // if it was, that came too late
      this.#forget();
      this.#become("stored");
      return object;
    } catch (error) {
      const { aborted, reason } = this.#signal;
      const again = (aborted || error instanceof NetworkError) && this.#job?.again;
      if (again) this.#shared.learned.unsure.set(this.file, { request: JSON.stringify(this.#request), again });
      if (aborted) this.#giveUp();
      this.#become(aborted ? "aborted" : "failed");
      throw aborted ? reason : error instanceof CannotGoOn ? error.cause : error;
    } finally {
      this.#unclaim();
    }
  }

  /** Leg after leg: each ends with a pause, one perhaps with nothing to go on with, and the last with the end. */
  async #untilStored(): Promise<StoredObject> {
    for (let isFresh = false; ; ) {
      if (this.#isPaused) await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#leg = new AbortController();
      const signal = AbortSignal.any([this.#signal, this.#leg.signal]);
      try {
        return await this.#shared.turns(signal, () => this.#send(signal));
      } catch (error) {
        if (error instanceof CannotGoOn && !isFresh) {
          isFresh = true; // once: where every upload is lost half-way, that must not go on for ever
          this.#giveUp();
        } else if (this.#signal.aborted || !this.#leg.signal.aborted) throw error;
      }
    }
  }

  async #send(signal: AbortSignal): Promise<StoredObject> {
    if (!this.#job) {
      this.#become("planning");
      this.#job = (await this.#found()) ?? (await this.#begun(signal));
    }
    this.#become("uploading");
    return this.#job.run(signal);
  }

  /** Lets go of what there is of it, here and, as far as the deployment lets, in S3, which else sweeps up after a day. */
  #giveUp(): void {
    this.#forget();
    this.#job?.abandon?.().catch(() => {});
    this.#job = undefined;
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
    const isUsable = record?.parts && fits(record, this.file.size) && (canHash || !record.checksums);
    return isUsable ? this.#inParts(record, true) : undefined;
  }

  async #begun(signal: AbortSignal): Promise<Job> {
    const { learned } = this.#shared;
    const before = learned.unsure.get(this.file);
    learned.unsure.delete(this.file);
    if (before?.request === JSON.stringify(this.#request)) return before.again(this.#tools());
    const begun = await begin(this.#tools(), learned, signal);
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
    const { post, retry } = this.#shared;
    const onWait = (why: "offline" | "waiting") => this.#become(why);
    return {
      ...this.#shared,
      ...{ onWait, file: this.file, request: this.#request, meter: this.#meter },
      post: (route, body, signal) => post(route, body, { retry, signal, onWait }),
      onSent: () => this.#become("finishing"),
    };
  }

  /** Bytes that move end a wait; of several parts one may wait while others move. */
  #moved(progress: UploadProgress): void {
    if (["waiting", "offline"].includes(this.#state)) this.#become("uploading");
    tell(this.#options.onProgress, progress);
  }

  get #isOver(): boolean {
    return ["stored", "failed", "aborted"].includes(this.#state);
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

/** Calls back, outside: an error there is the page's own and must not end the upload. */
function tell<T>(callback: ((value: T) => void) | undefined, value: T): void {
  if (callback) queueMicrotask(() => callback(value));
}
