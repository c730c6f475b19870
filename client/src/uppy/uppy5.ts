import { core } from "../core.ts";
import { SignpostError, withoutQuery } from "../errors.ts";
import { deliver } from "../s3/deliver.ts";
import { readCreated } from "../s3/multipart_outcome.ts";
import { multipartUpload, type MultipartTools, type MultipartUpload } from "../s3/multipart_upload.ts";
import { readStored } from "../s3/outcome.ts";
import { partSize } from "../s3/part_size.ts";
import type { StoredPart } from "../s3/parts_xml.ts";
import type { Timed } from "../s3/timed.ts";
import type { Signpost } from "../signpost.ts";
import type { SignedRequest } from "../types.ts";
import { bodyOf, sizeOf, UppyPlanner, type UppyFileLike, type UppyOptions } from "./planner.ts";

export { uppyRestrictions, type UppyFileLike, type UppyOptions, type UppyRestrictions } from "./planner.ts";

/** How Uppy sends a file or a part. */
export interface UppyParameters {
  method: "PUT";
  url: string;
  headers: Record<string, string>;
  fields?: Record<string, never>;
}

/** A part that S3 has. */
export interface UppyPart {
  PartNumber?: number;
  Size?: number;
  ETag?: string;
}

/** The stored object. Its URL is not signed: to read the object, ask for a download by its key. */
export interface UppyStored {
  location: string;
  key: string;
}

/** A multipart upload, as Uppy refers to it. */
interface MultipartRef {
  key: string;
  uploadId?: string;
  signal?: AbortSignal;
}

/** The options of `@uppy/aws-s3` 5.x that this adapter sets. */
export interface AwsS3Options {
  shouldUseMultipart: (file: UppyFileLike) => boolean;
  getChunkSize: (file: { size: number }) => number;
  getUploadParameters: (file: UppyFileLike, options: { signal?: AbortSignal }) => Promise<UppyParameters>;
  createMultipartUpload: (file: UppyFileLike, signal?: AbortSignal) => Promise<{ key: string; uploadId: string }>;
  signPart: (file: UppyFileLike, part: MultipartRef & { partNumber: number; body: Blob }) => Promise<UppyParameters>;
  listParts: (file: UppyFileLike, ref: MultipartRef) => Promise<UppyPart[]>;
  completeMultipartUpload: (file: UppyFileLike, ref: MultipartRef & { parts: UppyPart[] }) => Promise<UppyStored>;
  abortMultipartUpload: (file: UppyFileLike, ref: MultipartRef) => Promise<void>;
  uploadPartBytes: (options: UppyTransfer) => Promise<{ ETag: string; location: string }>;
}

/** A file or a part for Uppy to send. */
export interface UppyTransfer {
  signature: { url: string; headers?: Record<string, string> };
  body: FormData | Blob;
  onProgress: (event: { loaded: number; lengthComputable: boolean }) => void;
  onComplete: (etag: string) => void;
  signal?: AbortSignal;
}

/**
 * The options with which `@uppy/aws-s3` 5.x uploads files to a Signpost deployment:
 * `uppy.use(AwsS3, uppyOptions(signpost))`. Spread them to add others, such as `limit`.
 *
 * Files and parts are sent with their SHA-256. A temporary failure is retried, and an expired URL
 * is signed again, before Uppy sees an error.
 */
export function uppyOptions(signpost: Signpost, options: UppyOptions = {}): AwsS3Options {
  const planner = new UppyPlanner(signpost, options);
  const tools = toolsOf(signpost);
  const transfers = new Transfers(tools);
  const uploads = new MultipartUploads(tools, planner, transfers);
  return {
    shouldUseMultipart: (file) => planner.isMultipart(file),
    getChunkSize: ({ size }) => partSize(size),
    getUploadParameters: async (file, { signal }) => {
      const plan = await planner.planWhole(file, signal);
      // Uppy reads the key for its response from here when the file is stored. For a PUT it sends
      // no fields.
      const fields = { key: plan.key };
      const sign = async () => {
        const another = await planner.planWhole(file, signal);
        fields.key = another.key;
        return another;
      };
      return { ...transfers.expect({ signed: plan, sign }), fields: fields as object as Record<string, never> };
    },
    createMultipartUpload: (file, signal) => uploads.create(file, signal),
    signPart: (file, part) => uploads.sign(file, part),
    listParts: (file, ref) => uploads.list(file, ref),
    completeMultipartUpload: (file, ref) => uploads.complete(file, ref),
    abortMultipartUpload: (file, ref) => uploads.abort(file, ref),
    uploadPartBytes: (transfer) => transfers.send(transfer),
  };
}

/** Requests are retried as the client's own are. How many are under way is up to Uppy's `limit`. */
function toolsOf(signpost: Signpost): MultipartTools {
  return {
    retry: signpost.settings.retry,
    pool: (_signal, work) => work(),
    ...core,
    signParts: (request, signal) => signpost.signParts(request, { signal }),
  };
}

const noAbort = () => new AbortController().signal;

/** A file or a part that Uppy is about to send. */
interface Expected {
  signed: Timed<SignedRequest>;
  sign(): Promise<Timed<SignedRequest>>;
  onStored?(etag: string): void;
}

/** Sends for Uppy what was signed for it. */
class Transfers {
  /** By the headers: Uppy passes that object from the signature to the transfer in any case. */
  readonly #expected = new WeakMap<object, Expected>();
  readonly #tools: MultipartTools;

  constructor(tools: MultipartTools) {
    this.#tools = tools;
  }

  expect(expected: Expected): UppyParameters {
    const { url, headers } = expected.signed;
    this.#expected.set(headers, expected);
    return { method: "PUT", url, headers };
  }

  async send(transfer: UppyTransfer): Promise<{ ETag: string; location: string }> {
    const { signature, onProgress, onComplete, signal = noAbort() } = transfer;
    const body = transfer.body as Blob;
    const expected = this.#expected.get(signature.headers ?? {});
    if (!expected) throw new SignpostError("the request was not signed by uppyOptions", { code: "UnknownFile" });
    const report = (loaded: number) => onProgress({ loaded, lengthComputable: true });
    const etag = await deliver(this.#tools, {
      signal,
      signed: expected.signed,
      sign: async () => (expected.signed = await expected.sign()),
      body,
      read: readStored,
      onProgress: report,
    });
    const stored = { ETag: etag ?? "", location: withoutQuery(expected.signed.url) }; // no ETag if its answer was lost
    report(body.size);
    expected.onStored?.(stored.ETag);
    onComplete(stored.ETag);
    return stored;
  }
}

/**
 * One multipart upload, and its parts: Uppy doesn't keep ETags over a pause, and has no checksums.
 */
interface Known {
  uploadId: string;
  upload: MultipartUpload;
  parts: Map<number, StoredPart>;
  /** The object's URL, once anything of it was signed. */
  location: string;
}

/** The multipart uploads of Uppy's files. */
class MultipartUploads {
  readonly #tools: MultipartTools;
  readonly #planner: UppyPlanner;
  readonly #transfers: Transfers;
  readonly #known = new WeakMap<object, Known>();

  constructor(tools: MultipartTools, planner: UppyPlanner, transfers: Transfers) {
    this.#tools = tools;
    this.#planner = planner;
    this.#transfers = transfers;
  }

  async create(file: UppyFileLike, signal = noAbort()): Promise<{ key: string; uploadId: string }> {
    const partChecksums = this.#planner.partChecksum(sizeOf(file)) !== undefined;
    const plan = await this.#planner.planInParts(file, partChecksums, signal);
    const uploadId = await deliver(this.#tools, { signal, sign: () => plan, read: readCreated(this.#tools) });
    return { key: plan.key, uploadId: uploadId! };
  }

  async sign(file: UppyFileLike, part: MultipartRef & { partNumber: number; body: Blob }): Promise<UppyParameters> {
    const { partNumber, body, signal = noAbort() } = part;
    const sha256 = await this.#planner.partChecksum(sizeOf(file))?.(body);
    const { upload, parts } = this.#find(file, part);
    const sign = async () => (await upload.sign([{ partNumber, sha256 }], signal))[0]!;
    const onStored = (etag: string) => parts.set(partNumber, { partNumber, etag, sha256 });
    return this.#transfers.expect({ signed: await sign(), sign, onStored });
  }

  /**
   * The parts that S3 has; if the deployment doesn't grant that list, those that this page has
   * sent.
   */
  async list(file: UppyFileLike, ref: MultipartRef): Promise<UppyPart[]> {
    const { upload, parts } = this.#find(file, ref);
    const listed = await upload.list(ref.signal ?? noAbort());
    if (listed) {
      const sums = new Map([...parts].map(([partNumber, { sha256 }]) => [partNumber, sha256]));
      parts.clear();
      for (const [partNumber, part] of listed) {
        parts.set(partNumber, { ...part, sha256: part.sha256 ?? sums.get(partNumber) });
      }
    }
    return [...parts.values()].map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
  }

  async complete(file: UppyFileLike, ref: MultipartRef & { parts: UppyPart[] }): Promise<UppyStored> {
    const known = this.#find(file, ref);
    const parts = ref.parts.map(({ PartNumber: partNumber = 0, ETag: etag = "" }) => {
      return { partNumber, etag, sha256: known.parts.get(partNumber)?.sha256 };
    });
    await known.upload.complete(parts, ref.signal ?? noAbort());
    return { location: known.location, key: ref.key };
  }

  abort(file: UppyFileLike, ref: MultipartRef): Promise<void> {
    return this.#find(file, ref).upload.abort(ref.signal ?? noAbort());
  }

  #find(file: UppyFileLike, { key, uploadId = "" }: MultipartRef): Known {
    const body = bodyOf(file) ?? file;
    const before = this.#known.get(body);
    if (before?.uploadId === uploadId) return before;
    const signParts: MultipartTools["signParts"] = async (request, signal) => {
      const signed = await this.#tools.signParts(request, signal);
      known.location = withoutQuery(signed.complete.url);
      return signed;
    };
    const upload = multipartUpload({ ...this.#tools, signParts }, { key, uploadId });
    const known: Known = { uploadId, upload, parts: new Map(), location: "" };
    this.#known.set(body, known);
    return known;
  }
}
