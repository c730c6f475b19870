// A page with nothing on it but the client, for tests to drive.
import {
  Signpost,
  type RetryOptions,
  type SignedDownload,
  type SignpostError,
  type StoredObject,
  type Upload,
  type UploadProgress,
  type UploadState,
} from "signpost-client";

/** How a test sets the client up. */
export interface Setup {
  apiUrl: string;
  token: string;
  connections?: number;
  checksum?: boolean;
  retry?: Partial<RetryOptions>;
}

/** What a test sees of an upload. */
export interface Seen {
  state: UploadState;
  states: UploadState[];
  progress: UploadProgress;
  key: string | undefined;
  object: StoredObject | undefined;
  error: Failure | undefined;
  /** What no upload may do, each told in words. */
  faults: string[];
}

/** An error, as it can be handed over. */
export interface Failure {
  name: string;
  message: string;
  code: string | undefined;
  status: number | undefined;
  cause: string | undefined;
}

class Watched {
  readonly upload: Upload;
  readonly states: UploadState[] = [];
  readonly faults: string[] = [];
  object: StoredObject | undefined;
  error: Failure | undefined;
  #last: UploadProgress | undefined;

  constructor(client: Signpost, file: File) {
    this.upload = client.upload(file, {
      onProgress: (progress) => this.#moved(progress),
      onState: (state) => this.states.push(state),
    });
    this.upload.done.then(
      (object) => this.#stored(object),
      (error) => (this.error = failureOf(error)),
    );
  }

  #moved(now: UploadProgress): void {
    const { sent, total } = now;
    const { size } = this.upload.file;
    if (sent > total || total !== size) this.faults.push(`${sent} of ${total} B, of a file of ${size} B`);
    if (this.#last && sent < this.#last.sent) this.faults.push(`${sent} B after ${this.#last.sent} B`);
    if (now.partsDone > now.partsTotal) this.faults.push(`${now.partsDone} parts of ${now.partsTotal}`);
    this.#last = now;
  }

  #stored(object: StoredObject): void {
    this.object = object;
    const { sent, total, partsDone, partsTotal } = this.upload.progress;
    if (sent !== total) this.faults.push(`stored at ${sent} of ${total} B`);
    if (partsDone !== partsTotal) this.faults.push(`stored at ${partsDone} of ${partsTotal} parts`);
    if (this.#last?.sent !== total) this.faults.push(`the last that was told are ${this.#last?.sent} of ${total} B`);
  }

  get seen(): Seen {
    const { states, faults, object, error } = this;
    const { state, progress, key } = this.upload;
    return { state, states, progress, key, object, error, faults };
  }
}

function failureOf(error: SignpostError): Failure {
  const { name, message, code, status, cause } = error;
  return { name, message, code, status, cause: cause === undefined ? undefined : String(cause) };
}

let client: Signpost | undefined;
let token = "";
const uploads: Watched[] = [];

const driver = {
  setUp(setup: Setup): void {
    token = setup.token;
    client = new Signpost({
      ...setup,
      token: ({ refresh }) => {
        if (refresh) token = setup.token;
        return token;
      },
    });
  },

  expireToken(): void {
    token = token.slice(0, -8); // its signature is no longer good
  },

  /** Uploads what the file input holds; gives the number of the first. */
  upload(): number {
    const { files } = document.getElementById("files") as HTMLInputElement;
    const first = uploads.length;
    for (const file of files ?? []) uploads.push(new Watched(required(client), file));
    return first;
  },

  seen: (i: number): Seen => required(uploads[i]).seen,
  seenAll: (): Seen[] => uploads.map((upload) => upload.seen),
  pause: (i: number): void => required(uploads[i]).upload.pause(),
  resume: (i: number): void => required(uploads[i]).upload.resume(),
  abort: (i: number): void => required(uploads[i]).upload.abort(),
  forget: (): void => required(client).forget(),

  download: (key: string): Promise<SignedDownload | Failure> => required(client).download(key).catch(failureOf),

  remembered: (): string[] => Object.entries({ ...localStorage }).map(([name, value]) => `${name} = ${value}`),
};

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("set up first");
  return value;
}

declare global {
  interface Window {
    driver: typeof driver;
  }
}
window.driver = driver;
