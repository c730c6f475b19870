import { ApiError, SignpostError } from "../errors.ts";
import { checksumFor, usualThreshold, type Checksum } from "../s3/checksum.ts";
import { partSize } from "../s3/part_size.ts";
import { timed, type Timed } from "../s3/timed.ts";
import type { Signpost } from "../signpost.ts";
import type { KindLimits, Limits, UploadPlan, UploadRequest } from "../types.ts";

/** The fields of Uppy's file that the adapters read. Uppy's own type has them. */
export interface UppyFileLike {
  name?: string | undefined;
  type?: string | undefined;
  size: number | null;
  data?: Blob | { size: number | null } | undefined;
  /** `meta.name` is the name as edited by the user. */
  meta: { name?: string | undefined; [name: string]: any };
}

/** The options of the adapters. */
export interface UppyOptions {
  /**
   * The kind of upload of all files, or a function that gives each file's.
   *
   * @default none
   */
  kind?: string | ((file: UppyFileLike) => string | undefined);
  /**
   * Larger files, in bytes, are sent in parts. Uppy wants to know that at once, so without this
   * option call `await signpost.limits()` before the first upload.
   *
   * @default the deployment's own, once its limits are known
   */
  multipartThreshold?: number;
  /**
   * Gives the metadata that S3 stores with the object: at most 10 entries and 2 KiB. No other field
   * of Uppy's `meta` is sent.
   *
   * @default no metadata
   */
  metadata?(file: UppyFileLike): Record<string, string>;
  /**
   * Whether S3 checks the SHA-256 of what it receives. `true` hashes with Web Crypto: pieces up to
   * 128 MiB, and only in a secure context (https, localhost). A function gives the base64 SHA-256
   * of any Blob.
   *
   * @default the Signpost's own
   */
  checksum?: boolean | Checksum;
}

/** The restrictions of Uppy that follow from the limits of a kind of upload. */
export interface UppyRestrictions {
  maxFileSize: number;
  /** Types, families and extensions. `null` allows every file. */
  allowedFileTypes: string[] | null;
}

/**
 * Resolves with restrictions for Uppy's own check of the files that a user chooses:
 * `new Uppy({ restrictions: await uppyRestrictions(signpost) })`.
 *
 * @param kind the kind of the files; without it, that of files for which none is named
 */
export async function uppyRestrictions(signpost: Signpost, kind?: string): Promise<UppyRestrictions> {
  const limits = limitsOf(await signpost.limits(), kind);
  if (!limits) {
    const problem = kind === undefined ? "each file must have a kind" : `there is no kind "${kind}" for this user`;
    throw new SignpostError(`${problem}: see signpost.limits()`, { code: "UnknownKind" });
  }
  return { maxFileSize: limits.maxSize, allowedFileTypes: limits.accept ? limits.accept.split(",") : null };
}

function limitsOf({ kinds }: Limits, kind: string | undefined): KindLimits | undefined {
  return kinds.find((limits) => limits.kind === (kind ?? null));
}

/** Plans files for Uppy, and learns which of them the deployment plans in parts. */
export class UppyPlanner {
  readonly #signpost: Signpost;
  readonly #options: UppyOptions;
  #limits: Limits | undefined;
  /** The largest file that was planned in one piece, and the smallest that was planned in parts. */
  #largestWhole = -1;
  #smallestInParts = Infinity;

  constructor(signpost: Signpost, options: UppyOptions) {
    this.#signpost = signpost;
    this.#options = options;
    this.#askLimits().catch(() => {}); // planning a file asks again
  }

  /** Whether the file is sent in parts: by what was learned, or else by the threshold. */
  isMultipart(file: UppyFileLike): boolean {
    const size = sizeOf(file);
    if (size >= this.#smallestInParts) return true;
    return size > Math.max(this.#largestWhole, this.#options.multipartThreshold ?? this.#threshold(file));
  }

  #threshold(file: UppyFileLike): number {
    const limits = this.#limits && limitsOf(this.#limits, this.#kindOf(file));
    return limits ? (limits.multipartThreshold ?? Infinity) : usualThreshold;
  }

  #kindOf(file: UppyFileLike): string | undefined {
    const { kind } = this.#options;
    return typeof kind === "function" ? kind(file) : kind;
  }

  async #askLimits(signal?: AbortSignal): Promise<void> {
    this.#limits = await this.#signpost.limits({ signal });
  }

  /** Hashes the parts of a file of that size; undefined if they are not hashed. */
  partChecksum(size: number): Checksum | undefined {
    return this.#checksum(Math.min(size, partSize(size)));
  }

  /** Plans a file that Uppy sends in one piece. */
  async planWhole(file: UppyFileLike, signal?: AbortSignal): Promise<Timed<UploadPlan>> {
    const body = bodyOf(file);
    const sha256 = body && (await this.#checksum(sizeOf(file))?.(body));
    try {
      return await this.#plan(file, false, sha256 ? { sha256 } : {}, signal);
    } catch (error) {
      // The API refuses the SHA-256 of a file that is sent in parts. A plan without it shows
      // whether this is one.
      if (!(error instanceof ApiError && error.field === "sha256")) throw error;
      await this.#plan(file, false, {}, signal);
      throw error;
    }
  }

  /** Plans a file that Uppy sends in parts. */
  planInParts(file: UppyFileLike, partChecksums: boolean, signal?: AbortSignal): Promise<Timed<UploadPlan>> {
    return this.#plan(file, true, { partChecksums }, signal);
  }

  /**
   * Plans the file, and learns from the plan. Throws if Uppy has decided otherwise, which it can't
   * change any more.
   */
  async #plan(
    file: UppyFileLike,
    isMultipart: boolean,
    checksums: Pick<UploadRequest, "sha256" | "partChecksums">,
    signal: AbortSignal | undefined,
  ): Promise<Timed<UploadPlan>> {
    const size = sizeOf(file);
    const metadata = this.#options.metadata?.(file);
    const kind = this.#kindOf(file);
    await this.#askLimits(signal);
    const request = {
      filename: file.meta.name || file.name || "unnamed",
      contentType: file.type || "",
      size,
      ...(kind !== undefined && { kind }),
      ...(metadata && { metadata }),
      ...checksums,
    };
    const plan = await timed(() => this.#signpost.plan(request, { signal }));
    const isPlannedInParts = "multipart" in plan;
    if (isPlannedInParts) this.#smallestInParts = Math.min(this.#smallestInParts, size);
    else this.#largestWhole = Math.max(this.#largestWhole, size);
    if (isPlannedInParts === isMultipart) return plan;
    const [wanted, chosen] = isPlannedInParts ? ["in parts", "in one piece"] : ["in one piece", "in parts"];
    const remedy =
      this.#options.multipartThreshold === undefined
        ? "call `await signpost.limits()` before the first upload"
        : "leave out multipartThreshold, or set it to the deployment's";
    throw new SignpostError(
      `the deployment expects files of ${size} bytes ${wanted}, but Uppy sends them ${chosen}: ${remedy}. ` +
        `Retrying this file will work.`,
      { code: "MultipartThreshold" },
    );
  }

  #checksum(pieceSize: number): Checksum | undefined {
    return checksumFor(this.#options.checksum ?? this.#signpost.settings.checksum, pieceSize);
  }
}

/** The file's bytes; undefined for a file that Companion fetches. */
export function bodyOf(file: UppyFileLike): Blob | undefined {
  return file.data && "slice" in file.data ? file.data : undefined;
}

/** The size of the body. Uppy's `size` may differ from it after a plugin has changed the file. */
export function sizeOf(file: UppyFileLike): number {
  return file.data?.size ?? file.size ?? 0;
}
