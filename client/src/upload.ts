import type { Call } from "./api.ts";
import { begin, type Known } from "./begin.ts";
import { core } from "./core.ts";
import { NetworkError } from "./errors.ts";
import type { Job, StoredObject, Tools } from "./job.ts";
import type { Settings, UploadOptions, UploadState } from "./options.ts";
import type { Planner } from "./planner.ts";
import type { Pool } from "./pool.ts";
import { newMeter, type UploadProgress } from "./progress.ts";
import type { Place, Records } from "./resume.ts";
import type { UploadRequest } from "./types.ts";

/** What all uploads of a client share. */
export interface Shared extends Settings, Known {
  call: Call;
  /** Limits the requests to S3. */
  pool: Pool;
  /** Limits the uploads under way. */
  turns: Pool;
  planner: Planner;
  records: Records;
}

/** The upload of one file. It starts by itself when its turn comes. */
export class Upload {
  readonly file: Blob;
  /**
   * Resolves when the file is stored. Rejects with an ApiError, an S3Error, a NetworkError, a
   * FileError, what the token source threw, or the reason of the abort, which is an AbortError by
   * default.
   */
  readonly done: Promise<StoredObject>;
  readonly #options: UploadOptions;
  readonly #tools: Tools & Shared;
  readonly #abort = new AbortController();
  /** Aborted by abort() and by the signal of the options. */
  readonly #signal: AbortSignal;
  /** Aborted by pause(). A new one takes its place when the upload continues. */
  #pausing = new AbortController();
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
    this.#signal.addEventListener("abort", () => this.#continue("aborted"));
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

  /**
   * The media type that S3 stores, once the file is planned. The API decides it, so it may differ
   * from the browser's.
   */
  get contentType(): string | undefined {
    return this.#job?.contentType;
  }

  /**
   * Whether it continues an upload that was unfinished before, such as before a reload. Known when
   * the state is "uploading".
   */
  get resumed(): boolean {
    return this.#job?.isResumed === true;
  }

  /** Stops sending until resume(). Parts that S3 has are kept; a file in one piece starts over. */
  pause(): void {
    this.#become("paused");
    if (this.#state === "paused") this.#pausing.abort();
  }

  /** Continues after pause(). */
  resume(): void {
    if (this.#isPaused) this.#continue("waiting");
  }

  /**
   * Cancels the upload: nothing is stored, and `done` rejects with the reason, which is an
   * AbortError by default.
   */
  abort(reason?: unknown): void {
    this.#abort.abort(reason);
  }

  #continue(state: UploadState): void {
    this.#pausing = new AbortController();
    this.#become(state);
    this.#wake();
  }

  async #run(): Promise<StoredObject> {
    try {
      const object = await this.#untilStored();
      this.#place?.remove();
      this.#continue("stored"); // even if it was paused, which was too late
      return object;
    } catch (error) {
      const { aborted, reason } = this.#signal;
      const again = (aborted || error instanceof NetworkError) && this.#job?.again;
      if (again) this.#tools.unsure.set(this.file, again);
      if (aborted) this.#giveUp();
      this.#become(aborted ? "aborted" : "failed");
      throw aborted ? reason : error;
    } finally {
      this.#place?.release();
    }
  }

  /**
   * Sends until the file is stored, with an interruption for each pause, and starts over if the job
   * can't continue.
   */
  async #untilStored(): Promise<StoredObject> {
    for (let hasStartedOver = false; ; ) {
      while (this.#isPaused) await new Promise<void>((resolve) => (this.#wake = resolve));
      const pausing = this.#pausing.signal;
      const signal = AbortSignal.any([this.#signal, pausing]);
      try {
        return await this.#sendInTurn(signal);
      } catch (error) {
        if (this.#job?.isLost && !hasStartedOver) {
          hasStartedOver = true; // only once: otherwise it might never end
          this.#giveUp();
        } else if (this.#signal.aborted || !pausing.aborted) throw error;
      }
    }
  }

  /** Plans the file ahead if the planner asks for that, and sends it when its turn comes. */
  async #sendInTurn(signal: AbortSignal): Promise<StoredObject> {
    const { planner, turns } = this.#tools;
    const { size } = this.file;
    const failed = new AbortController();
    let begun: Promise<Job> | undefined;
    const planAhead = () => (begun = this.#begin(signal)).catch((error) => failed.abort(error));
    const leave = planner.wait({ size, planAhead });
    const send = async () => {
      leave();
      if (!this.#job) this.#become("planning");
      const job = (this.#job = await (begun ?? this.#begin(signal)));
      this.#become("uploading");
      const etag = await job.run(signal);
      const { key, contentType, sha256 } = job;
      return { key, contentType, size, sha256, etag, resumed: this.resumed };
    };
    return turns(AbortSignal.any([signal, failed.signal]), send).finally(leave);
  }

  async #begin(signal: AbortSignal): Promise<Job> {
    return (this.#job ??= await begin(this.#tools, this.#tools, signal));
  }

  /** Discards what is stored of the file: here, and in S3 if the deployment grants that. */
  #giveUp(): void {
    this.#place?.remove();
    this.#job?.abort?.().catch(() => {});
    this.#job = undefined;
  }

  #toolsOf(request: UploadRequest, shared: Shared): Tools & Shared {
    const { call, planner, records } = shared;
    const { file } = this;
    const { contentType, metadata, kind } = request;
    const onWait = (state: "offline" | "waiting") => this.#become(state);
    return {
      ...core,
      ...shared,
      ...{ onWait, file, request },
      meter: newMeter(file.size, (progress) => this.#report(progress)),
      plan: (prepare, signal) => planner.plan(prepare, { signal, onWait }),
      signParts: (parts, signal) => call("uploads/parts", parts, { signal, onWait }),
      place: async () => (this.#place ??= await records.hold(file, { contentType, metadata, kind })),
      remember: (record) => this.#place?.write(record),
      onSent: () => this.#become("finishing"),
    };
  }

  /** Progress ends a wait: one part may wait while others are sent. */
  #report(progress: UploadProgress): void {
    if (/waiting|offline/.test(this.#state)) this.#become("uploading");
    callLater(this.#options.onProgress, progress);
  }

  get #isPaused(): boolean {
    return this.#pausing.signal.aborted;
  }

  get #isOver(): boolean {
    return /stored|failed|aborted/.test(this.#state);
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
