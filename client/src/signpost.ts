import { newApi } from "./api.ts";
import { checksumFor, usualThreshold } from "./s3/checksum.ts";
import { settingsOf, type Settings, type SignpostOptions, type UploadOptions } from "./options.ts";
import { partSize } from "./s3/part_size.ts";
import { newPool } from "./pool.ts";
import { newRecords } from "./resume.ts";
import type { PartsRequest, SignedDownload, SignedParts, UploadPlan, UploadRequest } from "./types.ts";
import { Upload, type Shared } from "./upload.ts";

/** A call to the API. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * A Signpost deployment, as a page sees it.
 *
 *     const uploads = new Signpost({ apiUrl, token: async () => idToken });
 *     const upload = uploads.upload(file, { onProgress });
 *     const { key } = await upload.done;
 */
export class Signpost {
  /** What it was made with, and the defaults. */
  readonly settings: Readonly<Settings>;
  readonly #shared: Shared;

  /** A TypeError lists everything that is wrong with the options. */
  constructor(options: SignpostOptions) {
    this.settings = settingsOf(options);
    const { apiUrl, token, storage, connections } = this.settings;
    this.#shared = {
      ...this.settings,
      learned: { partsFrom: usualThreshold + 1, unsure: new WeakMap() },
      post: newApi(apiUrl, token),
      pool: newPool(connections),
      turns: newPool(connections),
      records: newRecords(storage, apiUrl),
    };
  }

  /**
   * Uploads a file: the file itself, never a form. It waits for its turn if others are under way. An unfinished upload
   * in parts of the same file, from before a reload or a failure, is gone on with.
   *
   * A TypeError says if it is no Blob, or has no name.
   */
  upload(file: Blob, options: UploadOptions = {}): Upload {
    return new Upload(file, requestFor(file, options, this.#shared), options, this.#shared);
  }

  /** Plans one upload: `POST /uploads`. Rejects with an ApiError, a NetworkError, or what the token source threw. */
  plan(request: UploadRequest, options: CallOptions = {}): Promise<UploadPlan> {
    return this.#post("uploads", request, options);
  }

  /** Signs parts, and what ends an upload in parts: `POST /uploads/parts`. Rejects as plan() does. */
  signParts(request: PartsRequest, options: CallOptions = {}): Promise<SignedParts> {
    return this.#post("uploads/parts", request, options);
  }

  /**
   * Signs a request that reads one of the user's own files: `POST /downloads`, where the deployment has it. Rejects as
   * plan() does.
   *
   * @param options `disposition` is "attachment" to save the file (the default), or "inline" to show it; `filename` the
   * name that the browser saves it under, by default the one it was uploaded with, or, where it is shown, the key's
   */
  download(
    key: string,
    options: CallOptions & { disposition?: "attachment" | "inline" | undefined; filename?: string | undefined } = {},
  ): Promise<SignedDownload> {
    const { signal, ...rest } = options;
    return this.#post("downloads", { key, ...rest }, { signal }, true);
  }

  /**
   * Forgets the unfinished uploads that this browser remembers for this API, as is fit when the user signs out. The list
   * of the page's requests is emptied too (`performance.clearResourceTimings`): it holds signed URLs.
   */
  forget(): void {
    this.#shared.records.clear();
    this.#shared.learned.unsure = new WeakMap();
    performance.clearResourceTimings?.();
  }

  #post<T>(route: string, body: object, options: CallOptions, isOptional = false): Promise<T> {
    const { signal = AbortSignal.any([]) } = options;
    return this.#shared.post(route, body, { ...this.settings, signal, isOptional });
  }
}

function requestFor(file: Blob, options: UploadOptions, { checksum }: Shared): UploadRequest {
  if (!(file instanceof Blob)) {
    throw new TypeError("upload() takes a File or a Blob");
  }
  const name = options.filename ?? (file as Partial<File>).name;
  if (!name) throw new TypeError("options.filename must name this Blob");
  return {
    filename: name.toWellFormed?.() ?? name, // half a surrogate pair has no UTF-8
    contentType: options.contentType ?? file.type,
    size: file.size,
    ...(options.metadata && { metadata: options.metadata }),
    ...(checksumFor(checksum, partSize(file.size)) && { partChecksums: true }),
  };
}
