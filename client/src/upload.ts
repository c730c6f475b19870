import type { Post } from "./api.ts";
import { begin, type Learned } from "./begin.ts";
import { NetworkError } from "./errors.ts";
import type { Job, StoredObject, Tools } from "./job.ts";
import type { Settings, UploadOptions, UploadState } from "./options.ts";
import type { Pool } from "./pool.ts";
import { newMeter, type UploadProgress } from "./progress.ts";
import type { Place, Records } from "./resume.ts";
import type { UploadRequest } from "./types.ts";

/** What all uploads of a client share. */
export interface Shared extends Settings {
  post: Post;
  /** Limits the requests to S3. */
  pool: Pool;
  /** Limits the uploads under way. A file is planned when its turn comes, so that its URL is fresh. */
  turns: Pool;
  records: Records;
  learned: Learned;
}

/** The upload of one file. It starts by itself when its turn comes. */
export class Upload {
  readonly file: Blob;
  /**
   * Resolves when the file is stored. Rejects with an ApiError, an S3Error, a NetworkError, a FileError, what the token
   * source threw, or the reason of the abort, which is an AbortError by default.
   */
  readonly done: Promise<StoredObject>;
  readonly #options: UploadOptions;
  readonly #tools: Tools & Shared;
  readonly #abort = new AbortController();
  /** Aborted by abort() and by the signal of the options. */
  readonly #signal: AbortSignal;
  #pausing = new AbortController();
  #isPaused = false;
  #wake = () => {};
  #state: UploadState = "waiting";
  #job: Job | undefined;
  #place: Place | undefined;

  /** @internal Use `signpost.upload()`. */
  constructor(file: Blob, request: UploadRequest, options: UploadOptions, shared: Shared) {
    this.file = file;
    this.#options = options;
    this.#tools = this.#toolsOf(request, shared);
    this.#signal = AbortSignal.any([this.#abort.signal, options.signal ?? this.#abort.signal]);
    this.#signal.addEventListener("abort", () => this.#stop());
    this.done = this.#run();
    this.done.catch(() => {}); // no unhandled rejection for a page that only watches the state
  }

  get state(): UploadState {
    return this.#state;
  }

  get progress(): UploadProgress {
    return this.#tools.meter.progress();
  }

  /** The object's key, once the file is planned. */
  get key(): string | undefined {
    return this.#job?.key;
  }

  /** Stops sending until resume(). Parts that S3 has are kept; a file in one piece starts anew. */
  pause(): void {
    if (this.#isOver || this.#isPaused) return;
    this.#become("paused");
    this.#isPaused = true;
    this.#pausing.abort();
  }

  /** Continues after pause(). */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#become("waiting");
    this.#wake();
  }

  /** Cancels the upload: nothing is stored, and `done` rejects with the reason, which is an AbortError by default. */
  abort(reason?: unknown): void {
    if (!this.#isOver) this.#abort.abort(reason);
  }

  #stop(): void {
    this.#isPaused = false;
    this.#become("aborted");
    this.#wake();
  }

  async #run(): Promise<StoredObject> {
    try {
      const object = await this.#untilStored();
      this.#isPaused = false; // it was paused too late
      this.#place?.remove();
      this.#become("stored");
      return object;
    } catch (error) {
      const { aborted, reason } = this.#signal;
      const again = (aborted || error instanceof NetworkError) && this.#job?.again;
      const { learned, request } = this.#tools;
      if (again) learned.unsure.set(this.file, { request: JSON.stringify(request), again });
      if (aborted) this.#giveUp();
      this.#become(aborted ? "aborted" : "failed");
      throw aborted ? reason : error;
    } finally {
      this.#place?.release();
    }
  }

  /** Sends until the file is stored, with an interruption for each pause, and starts anew if the job can't continue. */
  async #untilStored(): Promise<StoredObject> {
    for (let isAnew = false; ; ) {
      if (this.#isPaused) await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#pausing = new AbortController();
      const signal = AbortSignal.any([this.#signal, this.#pausing.signal]);
      try {
        return await this.#tools.turns(signal, () => this.#send(signal));
      } catch (error) {
        if (this.#job?.isLost && !isAnew) {
          isAnew = true; // once: it would never end if every upload were lost half-way
          this.#giveUp();
        } else if (this.#signal.aborted || !this.#pausing.signal.aborted) throw error;
      }
    }
  }

  async #send(signal: AbortSignal): Promise<StoredObject> {
    const { records, learned, request } = this.#tools;
    if (!this.#job) {
      this.#become("planning");
      const { contentType, metadata } = request;
      this.#place ??= await records.hold(this.file, { contentType, metadata });
      this.#job = await begin(this.#tools, learned, this.#place, signal);
    }
    this.#become("uploading");
    return this.#job.run(signal);
  }

  /** Discards what is stored of the file: here, and in S3 if the deployment grants that. */
  #giveUp(): void {
    this.#place?.remove();
    this.#job?.abandon?.().catch(() => {});
    this.#job = undefined;
  }

  #toolsOf(request: UploadRequest, shared: Shared): Tools & Shared {
    const { post, retry } = shared;
    const { file } = this;
    const onWait = (state: "offline" | "waiting") => this.#become(state);
    return {
      ...shared,
      ...{ onWait, file, request },
      meter: newMeter(file.size, (progress) => this.#report(progress)),
      plan: (request, signal) => post("uploads", request, { retry, signal, onWait }),
      signParts: (request, signal) => post("uploads/parts", request, { retry, signal, onWait }),
      remember: (record) => this.#place?.write(record),
      onSent: () => this.#become("finishing"),
    };
  }

  /** Progress ends a wait: one part may wait while others are sent. */
  #report(progress: UploadProgress): void {
    if (["waiting", "offline"].includes(this.#state)) this.#become("uploading");
    callLater(this.#options.onProgress, progress);
  }

  get #isOver(): boolean {
    return ["stored", "failed", "aborted"].includes(this.#state);
  }

  /** While paused, the requests that are being stopped don't change the state. */
  #become(state: UploadState): void {
    if (state === this.#state || this.#isPaused || this.#isOver) return;
    this.#state = state;
    callLater(this.#options.onState, state);
  }
}

/** Calls back in a microtask, so that an error of the page's doesn't end the upload. */
function callLater<T>(callback: ((value: T) => void) | undefined, value: T): void {
  if (callback) queueMicrotask(() => callback(value));
}
