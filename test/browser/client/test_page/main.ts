// A page that tests drive. It has nothing on it but the client.
import {
  Signpost,
  type ApiError,
  type RetryOptions,
  type SignedDownload,
  type SignpostError,
  type StoredObject,
  type Upload,
  type UploadOptions,
  type UploadProgress,
  type UploadRequest,
  type UploadState,
} from "signpost-client";
import { Files } from "signpost-client/files";

/** The settings of the client. */
export interface Settings {
  apiUrl: string;
  token: string;
  connections?: number;
  checksum?: boolean;
  retry?: Partial<RetryOptions>;
}

/** An upload, as far as a test can receive it. */
export interface UploadSnapshot {
  state: UploadState;
  states: UploadState[];
  progress: UploadProgress;
  key: string | undefined;
  object: StoredObject | undefined;
  error: ErrorFacts | undefined;
  /** What is wrong with the progress that was reported so far. */
  progressProblems: string[];
}

/** What the API says about a file; undefined if it accepts it. */
export type Refusal = Pick<ApiError, "code" | "message" | "status" | "field" | "limit" | "allowed" | "problems"> | undefined;

/** An error, as far as a test can receive it. */
export interface ErrorFacts {
  name: string;
  message: string;
  code: string | undefined;
  status: number | undefined;
  cause: string | undefined;
}

class ObservedUpload {
  readonly upload: Upload;
  readonly states: UploadState[] = [];
  readonly progressProblems: string[] = [];
  object: StoredObject | undefined;
  error: ErrorFacts | undefined;
  #last: UploadProgress | undefined;

  constructor(client: Signpost, file: File) {
    this.upload = client.upload(file, {
      onProgress: (progress) => this.#onProgress(progress),
      onState: (state) => this.states.push(state),
    });
    this.upload.done.then(
      (object) => this.#onStored(object),
      (error) => (this.error = factsOf(error)),
    );
  }

  #onProgress(progress: UploadProgress): void {
    const { sent, total, partsDone, partsTotal } = progress;
    const { size } = this.upload.file;
    if (sent > total || total !== size) this.progressProblems.push(`${sent} of ${total} B, for a file of ${size} B`);
    if (this.#last && sent < this.#last.sent) this.progressProblems.push(`${sent} B after ${this.#last.sent} B`);
    if (partsDone > partsTotal) this.progressProblems.push(`${partsDone} parts of ${partsTotal}`);
    this.#last = progress;
  }

  #onStored(object: StoredObject): void {
    this.object = object;
    const { sent, total, partsDone, partsTotal } = this.upload.progress;
    if (sent !== total) this.progressProblems.push(`stored at ${sent} of ${total} B`);
    if (partsDone !== partsTotal) this.progressProblems.push(`stored at ${partsDone} of ${partsTotal} parts`);
    if (this.#last?.sent !== total) this.progressProblems.push(`the last report was ${this.#last?.sent} of ${total} B`);
  }

  get snapshot(): UploadSnapshot {
    const { states, progressProblems, object, error } = this;
    const { state, progress, key } = this.upload;
    return { state, states, progress, key, object, error, progressProblems };
  }
}

function factsOf(error: SignpostError): ErrorFacts {
  const { name, message, code, status, cause } = error;
  return { name, message, code, status, cause: cause === undefined ? undefined : String(cause) };
}

function refusalOf({ code, message, status, field, limit, allowed, problems }: ApiError): Refusal {
  return { code, message, status, field, limit, allowed, problems };
}

let client: Signpost | undefined;
let token = "";
const uploads: ObservedUpload[] = [];

const driver = {
  configure(settings: Settings): void {
    token = settings.token;
    client = new Signpost({
      ...settings,
      token: ({ refresh }) => {
        if (refresh) token = settings.token;
        return token;
      },
    });
    window.files = new Files(client);
  },

  expireToken(): void {
    token = token.slice(0, -8); // The signature is then invalid.
  },

  /** Uploads the files of the file input. Returns the number of the first upload. */
  upload(): number {
    const { files } = document.getElementById("files") as HTMLInputElement;
    const first = uploads.length;
    for (const file of files ?? []) uploads.push(new ObservedUpload(required(client), file));
    return first;
  },

  /** Uploads the chosen file, and asks the API itself to plan it. Returns both refusals. */
  async uploadAndPlan(options: UploadOptions): Promise<{ upload: Refusal; plan: Refusal }> {
    const signpost = required(client);
    const file = required((document.getElementById("files") as HTMLInputElement).files?.[0]);
    const request = { filename: file.name, contentType: file.type, size: file.size, ...options };
    return {
      upload: await signpost.upload(file, options).done.then(() => undefined, refusalOf),
      plan: await signpost.plan(request as UploadRequest).then(() => undefined, refusalOf),
    };
  },

  snapshot: (upload: number): UploadSnapshot => required(uploads[upload]).snapshot,
  snapshots: (): UploadSnapshot[] => uploads.map((upload) => upload.snapshot),
  pause: (upload: number): void => required(uploads[upload]).upload.pause(),
  resume: (upload: number): void => required(uploads[upload]).upload.resume(),
  abort: (upload: number): void => required(uploads[upload]).upload.abort(),
  forget: (): void => required(client).forget(),

  download: (key: string): Promise<SignedDownload | ErrorFacts> => required(client).download(key).catch(factsOf),

  storedRecords: (): string[] => Object.entries({ ...localStorage }).map(([name, value]) => `${name} = ${value}`),
};

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("there is no client or no such upload yet");
  return value;
}

declare global {
  interface Window {
    driver: typeof driver;
    files: Files;
  }
}
window.driver = driver;
