import type { KindLimits, Signpost, StoredObject, Upload, UploadProgress, UploadState } from "signpost-client";
import { uploadFailure } from "../error_messages.ts";
import type { Failure } from "../failure.ts";
import { unknownType } from "./media_type.ts";
import { Speed } from "./speed.ts";

/**
 * A file to upload, and the path of the folder that it was chosen or dropped with: "holiday/day
 * 1/", or "".
 */
export interface ChosenFile {
  file: File;
  folders: string;
}

/** As what a file is uploaded. */
export interface UploadAs {
  kind: KindLimits;
  metadata: Record<string, string>;
  /** "" if there is only one kind. */
  kindName: string;
}

export interface TransferListener {
  /** Called after every change. */
  onChange(transfer: Transfer): void;
  /** Called with every new state. */
  onState(transfer: Transfer): void;
}

/** The upload of one file, with all its tries. */
export class Transfer {
  readonly file: File;
  readonly folders: string;
  readonly name: string;
  readonly as: UploadAs;
  readonly speed = new Speed();
  state: UploadState = "waiting";
  progress: UploadProgress;
  failure: Failure | undefined;
  stored: StoredObject | undefined;
  /** When the first byte was sent and when S3 confirmed the file, by performance.now(). */
  took: { from: number; to: number } = { from: 0, to: 0 };
  readonly #signpost: Signpost;
  readonly #apiUrl: string;
  readonly #listener: TransferListener;
  #upload: Upload | undefined;

  constructor(chosen: ChosenFile & { as: UploadAs }, target: { signpost: Signpost; apiUrl: string }, listener: TransferListener) {
    const { file, folders, as } = chosen;
    this.file = file;
    this.folders = folders;
    this.name = file.name;
    this.as = as;
    this.progress = nothingSent(file);
    this.#signpost = target.signpost;
    this.#apiUrl = target.apiUrl;
    this.#listener = listener;
  }

  /** The media type that S3 stores; before the API has decided it, the browser's. */
  get type(): string {
    return this.#upload?.contentType ?? (this.file.type || unknownType);
  }

  /** Whether it is stored, and the user may read it. */
  get isReadable(): boolean {
    return this.state === "stored" && this.as.kind.downloads;
  }

  /** Whether it is uploading, about to, or paused. */
  get isActive(): boolean {
    return !["stored", "failed", "aborted"].includes(this.state);
  }

  /** Whether another try could succeed. */
  get canRetry(): boolean {
    return this.state === "aborted" || (this.state === "failed" && !this.failure?.final);
  }

  get canPause(): boolean {
    return this.isActive && this.state !== "paused" && this.state !== "finishing";
  }

  /** The bytes that were sent in this try. */
  get bytesSent(): number {
    return this.progress.sent - this.progress.reused;
  }

  /** Whether S3 already had some of its parts, from before a reload or a failure. */
  get resumed(): boolean {
    return this.stored?.resumed ?? this.progress.reused > 0;
  }

  /** Whether this try has begun to send the file. */
  get hasBegun(): boolean {
    return this.took.from > 0;
  }

  /** Starts the upload, or retries it. Parts that S3 already has are not sent again. */
  start(): void {
    this.failure = undefined;
    this.took = { from: 0, to: 0 };
    this.progress = nothingSent(this.file);
    this.#setState("waiting");
    const { kind, metadata } = this.as;
    const upload = this.#signpost.upload(this.file, {
      kind: kind.kind ?? undefined,
      metadata: kind.requiredMetadata.length > 0 ? metadata : undefined,
      onProgress: (progress) => {
        this.progress = progress;
        this.#listener.onChange(this);
      },
      onState: (state) => {
        // The final states come with their result, below.
        if (state !== "stored" && state !== "failed" && state !== "aborted") this.#setState(state);
      },
    });
    this.#upload = upload;
    upload.done.then(
      (stored) => {
        this.stored = stored;
        this.progress = { ...this.progress, sent: this.file.size };
        this.#setState("stored");
      },
      (error: unknown) => {
        if (upload.state === "aborted") return this.#setState("aborted");
        this.failure = this.#toFailure(error);
        this.#setState("failed");
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

  #toFailure(error: unknown): Failure {
    const failure = uploadFailure(error, this.#apiUrl);
    if (failure.code === "TypeNotAllowed" && this.type === unknownType) {
      failure.details.push(`The type of this file is unknown, so it counts as ${unknownType}.`);
    }
    return failure;
  }

  #setState(state: UploadState): void {
    this.state = state;
    if (state === "uploading" && !this.hasBegun) this.took.from = performance.now();
    if (state === "stored") this.took.to = performance.now();
    if (state !== "uploading") this.speed.reset();
    this.#listener.onState(this);
    this.#listener.onChange(this);
  }
}

function nothingSent({ size }: File): UploadProgress {
  return { sent: 0, total: size, reused: 0, partsDone: 0, partsTotal: 1 };
}
