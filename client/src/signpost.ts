import { newApi } from "./api.ts";
import { checksumFor } from "./s3/checksum.ts";
import { settingsOf, type Settings, type SignpostOptions, type UploadOptions } from "./options.ts";
import { partSize } from "./s3/part_size.ts";
import { newLimits } from "./limits.ts";
import { newPartsLoader } from "./load_parts.ts";
import { newPlanner } from "./planner.ts";
import { newPool } from "./pool.ts";
import { newRecords } from "./resume.ts";
import type { Limits, PartsRequest, SignedDownload, SignedParts, UploadPlan, UploadRequest } from "./types.ts";
import { Upload, type Shared } from "./upload.ts";

/** The options of a call to the API. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * The client of a Signpost deployment.
 *
 *     const signpost = new Signpost({ apiUrl, token: async () => idToken });
 *     const upload = signpost.upload(file, { onProgress });
 *     const { key } = await upload.done;
 */
export class Signpost {
  /** The options, with the defaults filled in. */
  readonly settings: Readonly<Settings>;
  readonly #shared: Shared;

  /** Throws a TypeError that lists every wrong option. */
  constructor(options: SignpostOptions) {
    this.settings = settingsOf(options);
    const { apiUrl, storage, connections, retry } = this.settings;
    const call = newApi(this.settings);
    this.#shared = {
      ...this.settings,
      unsure: new WeakMap(),
      call,
      limits: newLimits(call),
      loadParts: newPartsLoader(retry),
      planner: newPlanner(call),
      pool: newPool(connections),
      turns: newPool(connections),
      records: newRecords(storage, apiUrl),
    };
  }

  /**
   * Uploads a file when its turn comes. Continues an unfinished upload in parts of the same file,
   * from before a reload or a failure.
   *
   * Throws a TypeError for anything but a File or a Blob, and for a Blob without `filename`.
   */
  upload(file: Blob, options: UploadOptions = {}): Upload {
    return new Upload(file, requestFor(file, options, this.#shared), options, this.#shared);
  }

  /**
   * What the deployment accepts from the signed-in user: `GET /limits`. The answer is kept for five
   * minutes. Rejects as plan() does.
   */
  limits({ signal = AbortSignal.any([]) }: CallOptions = {}): Promise<Limits> {
    return this.#shared.limits.ask({ signal });
  }

  /**
   * Plans one upload: `POST /uploads`, or `POST /uploads/batch` with others of the same moment.
   * Rejects with an ApiError, a NetworkError, or what the token source threw.
   */
  async plan(request: UploadRequest, { signal = AbortSignal.any([]) }: CallOptions = {}): Promise<UploadPlan> {
    return (await this.#shared.planner.plan(async () => request, { signal }))!;
  }

  /**
   * Signs parts of a multipart upload, and the requests that list its parts, complete it and abort
   * it: `POST /uploads/parts`. Rejects as plan() does.
   */
  signParts(request: PartsRequest, options: CallOptions = {}): Promise<SignedParts> {
    return this.#post("uploads/parts", request, options);
  }

  /**
   * Signs a request that reads one of the user's own files: `POST /downloads`, if the deployment
   * has it. Rejects as plan() does.
   *
   * @param options `disposition`: "attachment" saves the file (the default), "inline" shows it. `filename`: the name
   * under which the browser saves it; by default the name with which it was uploaded, or the key's if it is shown
   */
  download(
    key: string,
    options: CallOptions & { disposition?: "attachment" | "inline" | undefined; filename?: string | undefined } = {},
  ): Promise<SignedDownload> {
    const { signal, ...rest } = options;
    return this.#post("downloads", { key, ...rest }, { signal }, true);
  }

  /**
   * Forgets the unfinished uploads to this API that the browser remembers, and the user's limits.
   * Call it when the user signs out. Also clears the list of the page's requests, which holds signed
   * URLs (`performance.clearResourceTimings`).
   */
  forget(): void {
    this.#shared.records.clear();
    this.#shared.limits.forget();
    this.#shared.unsure = new WeakMap();
    performance.clearResourceTimings?.();
  }

  /** @internal What this package's other entry points share with the uploads. */
  get shared(): Readonly<Shared> {
    return this.#shared;
  }

  #post<T>(route: string, body: object, options: CallOptions, isOptional = false): Promise<T> {
    const { signal = AbortSignal.any([]) } = options;
    return this.#shared.call(route, body, { signal, isOptional });
  }
}

function requestFor(file: Blob, options: UploadOptions, { checksum }: Shared): UploadRequest {
  if (!(file instanceof Blob)) {
    throw new TypeError("upload() takes a File or a Blob");
  }
  const name = options.filename ?? (file as Partial<File>).name;
  if (!name) throw new TypeError("options.filename is required for a Blob");
  return {
    filename: name.toWellFormed?.() ?? name, // a lone surrogate can't be sent as UTF-8
    contentType: options.contentType ?? file.type,
    size: file.size,
    kind: options.kind,
    metadata: options.metadata,
    partChecksums: checksumFor(checksum, partSize(file.size)) && true,
  };
}
