import type { Signpost, StoredObject, Upload, UploadProgress, UploadState } from "signpost-client";
import { type Failure } from "../failure.ts";
import { unknownType } from "./media_type.ts";
import { Speed } from "./speed.ts";
import { explainUpload } from "../error_messages.ts";

/** The contract's smallest part but the last, in bytes. */
const smallestPart = 16 << 20;

/** A file to upload, and the folders that it was chosen or dropped with: "holiday/day 1/", or "". */
export interface ChosenFile {
  file: File;
  folders: string;
}

/** Who is told of what happens to a file. */
export interface TransferListener {
  /** Something of it has changed. */
  onChange(transfer: Transfer): void;
  /** It has come to a new state. */
  onStep(transfer: Transfer): void;
}

/** One file's way into the bucket, as often as it is tried. */
export class Transfer {
  readonly file: File;
  readonly folders: string;
  /** The browser's word for what it is. */
  readonly type: string;
  readonly name: string;
  readonly speed = new Speed();
  state: UploadState = "waiting";
  progress: UploadProgress;
  failure: Failure | undefined;
  stored: StoredObject | undefined;
  /** Whether S3 had parts of it already, from before a reload or a failure. */
  resumed = false;
  /** When the first byte went, and when S3 said yes, by performance.now(). */
  took: { from: number; to: number } = { from: 0, to: 0 };
  readonly #signpost: Signpost;
  readonly #apiUrl: string;
  readonly #listener: TransferListener;
  #upload: Upload | undefined;
  #found = 0; // bytes

  constructor({ file, folders }: ChosenFile, to: { signpost: Signpost; apiUrl: string }, listener: TransferListener) {
    this.file = file;
    this.folders = folders;
    this.type = file.type || unknownType;
    this.name = file.name;
    this.progress = { sent: 0, total: file.size, partsDone: 0, partsTotal: 1 };
    this.#signpost = to.signpost;
    this.#apiUrl = to.apiUrl;
    this.#listener = listener;
  }

  /** Under way, about to be, or paused. */
  get isActive(): boolean {
    return !["stored", "failed", "aborted"].includes(this.state);
  }

  /** Whether another try could end otherwise. */
  get canRetry(): boolean {
    return this.state === "aborted" || (this.state === "failed" && !this.failure?.final);
  }

  get canPause(): boolean {
    return this.isActive && this.state !== "paused" && this.state !== "finishing";
  }

  /** Bytes that went over the line in this try. */
  get moved(): number {
    return this.progress.sent - this.#found;
  }

  /** Whether bytes went out in this try. */
  get hasBegun(): boolean {
    return this.took.from > 0;
  }

  /** Begins, or begins again. What S3 still has of a file in parts is not sent again. */
  start(): void {
    this.failure = undefined;
    this.resumed = false;
    this.#found = 0;
    this.took = { from: 0, to: 0 };
    this.progress = { sent: 0, total: this.file.size, partsDone: 0, partsTotal: 1 };
    this.#become("waiting");
    const upload = this.#signpost.upload(this.file, {
      onProgress: (progress) => this.#progress(progress),
      onState: (state) => {
        // The last word comes with its result, below.
        if (state !== "stored" && state !== "failed" && state !== "aborted") this.#become(state);
      },
    });
    this.#upload = upload;
    upload.done.then(
      (stored) => {
        this.stored = stored;
        this.resumed = stored.resumed;
        this.progress = { ...this.progress, sent: this.file.size };
        this.#become("stored");
      },
      (error: unknown) => {
        if (upload.state === "aborted") return this.#become("aborted");
        this.failure = this.#explain(error);
        this.#become("failed");
      },
    );
  }

  pause(): void {
    if (this.canPause) this.#upload?.pause();
  }

  resume(): void {
    if (this.state === "paused") this.#upload?.resume();
  }

  cancel(): void {
    this.#upload?.abort();
  }

  #progress(progress: UploadProgress): void {
    const { sent, partsDone } = this.progress;
    // A part that comes as a whole was there already: one on its way comes in pieces.
    if (progress.partsDone > partsDone && progress.sent - sent >= smallestPart) {
      this.resumed = true;
      this.#found += progress.sent - sent;
    }
    this.progress = progress;
    this.#listener.onChange(this);
  }

  #explain(error: unknown): Failure {
    const failure = explainUpload(error, this.#apiUrl);
    if (failure.code === "TypeNotAllowed" && this.type === unknownType) {
      failure.details.push(`Nobody knows this file's type by its name, so it counts as ${unknownType}.`);
    }
    return failure;
  }

  #become(state: UploadState): void {
    this.state = state;
    if (state === "uploading" && !this.hasBegun) this.took.from = performance.now();
    if (state === "stored") this.took.to = performance.now();
    if (state !== "uploading") this.speed.reset();
    this.#listener.onStep(this);
    this.#listener.onChange(this);
  }
}
