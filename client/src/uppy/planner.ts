import { ApiError } from "../api_error.ts";
import { checksumFor, usuallyWhole, type Checksum } from "../s3/checksum.ts";
import { partSize } from "../s3/part_size.ts";
import type { Signpost } from "../signpost.ts";
import { SignpostError } from "../errors.ts";
import type { UploadPlan, UploadRequest } from "../types.ts";

/** What these adapters read of Uppy's file; Uppy's own type has it. */
export interface UppyFileLike {
  name?: string | undefined;
  type?: string | undefined;
  size: number | null;
  data?: Blob | { size: number | null } | undefined;
  /** `meta.name` is the name as the user has edited it. */
  meta: { name?: string | undefined; [name: string]: any };
}

/** How files go from Uppy to a Signpost deployment. */
export interface UppyOptions {
  /**
   * The deployment's `MultipartThreshold`, in bytes: larger files go in parts. Uppy has to know it before it asks.
   *
   * @default 104_857_600 (100 MiB), a deployment's own default
   */
  multipartThreshold?: number;
  /**
   * What S3 keeps beside the file: at most 10 entries and 2 KiB. Nothing of Uppy's `meta` is sent by itself.
   *
   * @default nothing
   */
  metadata?(file: UppyFileLike): Record<string, string>;
  /**
   * SHA-256, for S3 to check what arrives. `true`: by Web Crypto, pieces up to 128 MiB, and only in a secure context
   * (https, localhost). A function: the base64 SHA-256 of any Blob.
   *
   * @default the Signpost's own
   */
  checksum?: boolean | Checksum;
}

/** Plans files for Uppy, and knows which of them go in parts. */
export class UppyPlanner {
  readonly #signpost: Signpost;
  readonly #options: UppyOptions;
  /** The largest file that went in one piece, and the smallest that went in parts. */
  #whole = -1;
  #inParts = Infinity;

  constructor(signpost: Signpost, options: UppyOptions) {
    this.#signpost = signpost;
    this.#options = options;
  }

  /** Whether the file goes in parts: as the deployment has shown, or else as the option says. */
  goesInParts(file: UppyFileLike): boolean {
    const size = sizeOf(file);
    if (size <= this.#whole || size >= this.#inParts) return size >= this.#inParts;
    return size > (this.#options.multipartThreshold ?? usuallyWhole);
  }

  /** How the parts of a file of that size are hashed, or undefined. */
  partChecksum(size: number): Checksum | undefined {
    return checksumFor(this.#options.checksum ?? this.#signpost.settings.checksum, Math.min(size, partSize(size)));
  }

  /** The plan of a file that Uppy sends in one piece. */
  async planWhole(file: UppyFileLike, signal?: AbortSignal): Promise<UploadPlan> {
    const body = bodyOf(file);
    const checksum = checksumFor(this.#options.checksum ?? this.#signpost.settings.checksum, sizeOf(file));
    const sha256 = body && (await checksum?.(body));
    const request = this.#request(file);
    try {
      return this.#agreed(await this.#plan(sha256 ? { ...request, sha256 } : request, signal), file, false);
    } catch (error) {
      // The API takes no SHA-256 of a file that goes in parts. Without it the plan shows whether this is one.
      if (!(error instanceof ApiError && error.field === "sha256")) throw error;
      this.#agreed(await this.#plan(request, signal), file, false);
      throw error;
    }
  }

  /** The plan of a file that Uppy sends in parts. */
  async planInParts(file: UppyFileLike, partChecksums: boolean, signal?: AbortSignal): Promise<UploadPlan> {
    return this.#agreed(await this.#plan({ ...this.#request(file), partChecksums }, signal), file, true);
  }

  #plan(request: UploadRequest, signal: AbortSignal | undefined): Promise<UploadPlan> {
    return this.#signpost.plan(request, { signal });
  }

  #request(file: UppyFileLike): UploadRequest {
    const metadata = this.#options.metadata?.(file);
    return {
      filename: file.meta.name || file.name || "unnamed",
      contentType: file.type || "",
      size: sizeOf(file),
      ...(metadata && { metadata }),
    };
  }

  /** Learns from the plan. Throws where Uppy has begun otherwise, which it can't change any more. */
  #agreed(plan: UploadPlan, file: UppyFileLike, begunInParts: boolean): UploadPlan {
    const size = sizeOf(file);
    const inParts = "multipart" in plan;
    if (inParts) this.#inParts = Math.min(this.#inParts, size);
    else this.#whole = Math.max(this.#whole, size);
    if (inParts === begunInParts) return plan;
    const [wanted, begun] = inParts ? ["in parts", "in one piece"] : ["in one piece", "in parts"];
    throw new SignpostError(
      `the deployment takes ${size} bytes ${wanted}, and Uppy has begun ${begun}: set multipartThreshold to the ` +
        `deployment's MultipartThreshold. Trying this file again goes right.`,
      { code: "MultipartThreshold" },
    );
  }
}

/** The file's bytes; undefined for one that Companion would fetch. */
export function bodyOf(file: UppyFileLike): Blob | undefined {
  return file.data && "slice" in file.data ? file.data : undefined;
}

/** The body's own size, which Uppy's `size` may differ from after a plugin has changed the file. */
export function sizeOf(file: UppyFileLike): number {
  return file.data?.size ?? file.size ?? 0;
}
