import { deliver, type Delivery } from "../s3/deliver.ts";
import { begun as whenBegun, ended, joined, listed, stored } from "../s3/outcome.ts";
import { partSize } from "../s3/part_size.ts";
import type { Signpost } from "../signpost.ts";
import { SignpostError, withoutQuery } from "../errors.ts";
import type { PartsRequest, SignedParts, SignedRequest } from "../types.ts";
import { bodyOf, sizeOf, UppyPlanner, type UppyFileLike, type UppyOptions } from "./planner.ts";
import { allParts, completeXml, type StoredPart } from "../s3/xml.ts";

export type { UppyFileLike, UppyOptions } from "./planner.ts";

/** The deployment's words for how to send a file or a part, as Uppy passes them on. */
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

/** Where the object is. The URL alone reads nothing: ask for a download by the key. */
export interface UppyStored {
  location: string;
  key: string;
}

interface Begun {
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
  signPart: (file: UppyFileLike, part: Begun & { partNumber: number; body: Blob }) => Promise<UppyParameters>;
  listParts: (file: UppyFileLike, begun: Begun) => Promise<UppyPart[]>;
  completeMultipartUpload: (file: UppyFileLike, begun: Begun & { parts: UppyPart[] }) => Promise<UppyStored>;
  abortMultipartUpload: (file: UppyFileLike, begun: Begun) => Promise<void>;
  uploadPartBytes: (options: UppyTransfer) => Promise<{ ETag: string; location: string }>;
}

/** What Uppy wants sent. */
export interface UppyTransfer {
  signature: { url: string; headers?: Record<string, string> };
  body: FormData | Blob;
  onProgress: (event: { loaded: number; lengthComputable: boolean }) => void;
  onComplete: (etag: string) => void;
  signal?: AbortSignal;
}

/**
 * The options for `@uppy/aws-s3` 5.x with which its files go to a Signpost deployment:
 * `uppy.use(AwsS3, uppyOptions(signpost))`. Spread them to add others, such as `limit`.
 *
 * Whole files and parts go with their SHA-256. What fails in a way that passes is tried again, and signed again where
 * the URL has run out, before Uppy hears of it.
 */
export function uppyOptions(signpost: Signpost, options: UppyOptions = {}): AwsS3Options {
  const planner = new UppyPlanner(signpost, options);
  const toS3 = newToS3(signpost);
  const transfers = new Transfers(toS3);
  const uploads = new UploadsInParts(signpost, planner, transfers, toS3);
  return {
    shouldUseMultipart: (file) => planner.goesInParts(file),
    getChunkSize: ({ size }) => partSize(size),
    getUploadParameters: async (file, { signal }) => {
      const plan = await planner.planWhole(file, signal);
      // Uppy takes the key of its response from here, when the file is stored; of a PUT it sends no field.
      const fields = { key: plan.key };
      const again = async () => {
        const other = await planner.planWhole(file, signal);
        fields.key = other.key;
        return other;
      };
      return { ...transfers.expect({ signed: plan, again }), fields: fields as object as Record<string, never> };
    },
    createMultipartUpload: (file, signal) => uploads.create(file, signal),
    signPart: (file, part) => uploads.sign(file, part),
    listParts: (file, begun) => uploads.list(file, begun),
    completeMultipartUpload: (file, begun) => uploads.complete(file, begun),
    abortMultipartUpload: (_file, begun) => uploads.abort(begun),
    uploadPartBytes: (transfer) => transfers.send(transfer),
  };
}

/** A whole file or a part that Uppy is about to send. */
interface Expected {
  signed: SignedRequest;
  /** Signs it anew. */
  again(): Promise<SignedRequest>;
  onStored?(etag: string): void;
}

/** What Uppy sends, in the way that this client's own uploads go. */
class Transfers {
  /** By the headers: the one object that Uppy hands from the signature to the transfer in any case. */
  readonly #expected = new WeakMap<object, Expected>();
  readonly #toS3: ToS3;

  constructor(toS3: ToS3) {
    this.#toS3 = toS3;
  }

  expect(expected: Expected): UppyParameters {
    const { url, headers } = expected.signed;
    this.#expected.set(headers, expected);
    return { method: "PUT", url, headers };
  }

  async send(transfer: UppyTransfer): Promise<{ ETag: string; location: string }> {
    const { signature, body, onProgress, onComplete, signal } = transfer;
    const expected = this.#expected.get(signature.headers ?? {});
    if (!expected) throw new SignpostError("signed by somebody else than uppyOptions", { code: "UnknownFile" });
    const sign = async (again: boolean) => {
      if (again) expected.signed = await expected.again();
      return expected.signed;
    };
    const report = (loaded: number) => onProgress({ loaded, lengthComputable: true });
    const sent = await this.#toS3({ body: body as Blob, sign, onProgress: report, read: stored }, signal);
    const etag = sent ?? ""; // unknown where the answer was lost
    report((body as Blob).size);
    expected.onStored?.(etag);
    onComplete(etag);
    return { ETag: etag, location: withoutQuery(expected.signed.url) };
  }
}

/** The uploads in parts, and what is known of their parts: Uppy forgets ETags, and never knows checksums. */
class UploadsInParts {
  readonly #signpost: Signpost;
  readonly #planner: UppyPlanner;
  readonly #transfers: Transfers;
  readonly #toS3: ToS3;
  readonly #parts = new WeakMap<object, { uploadId: string; parts: Map<number, StoredPart> }>();

  constructor(signpost: Signpost, planner: UppyPlanner, transfers: Transfers, toS3: ToS3) {
    this.#signpost = signpost;
    this.#planner = planner;
    this.#transfers = transfers;
    this.#toS3 = toS3;
  }

  async create(file: UppyFileLike, signal?: AbortSignal): Promise<{ key: string; uploadId: string }> {
    const partChecksums = this.#planner.partChecksum(sizeOf(file)) !== undefined;
    const plan = await this.#planner.planInParts(file, partChecksums, signal);
    const uploadId = (await this.#toS3({ sign: () => plan, read: whenBegun }, signal))!;
    return { key: plan.key, uploadId };
  }

  async sign(file: UppyFileLike, part: Begun & { partNumber: number; body: Blob }): Promise<UppyParameters> {
    const { partNumber, body } = part;
    const sha256 = await this.#planner.partChecksum(sizeOf(file))?.(body);
    const again = async () => (await this.#sign(part, { parts: [{ partNumber, sha256 }] })).parts[0]!;
    const known = this.#known(file, part);
    const onStored = (etag: string) => known.set(partNumber, { partNumber, etag, sha256 });
    return this.#transfers.expect({ signed: await again(), again, onStored });
  }

  /** What S3 has; where the deployment doesn't let it be listed, what this page has sent. */
  async list(file: UppyFileLike, begun: Begun): Promise<UppyPart[]> {
    const known = this.#known(file, begun);
    const found = await allParts(async (after) => {
      const { list } = await this.#sign(begun, { parts: [], listAfter: after || undefined });
      return list && this.#toS3({ sign: () => list, read: listed }, begun.signal);
    });
    if (found) {
      const before = new Map(known);
      known.clear();
      for (const [partNumber, part] of found) {
        known.set(partNumber, { ...part, sha256: part.sha256 ?? before.get(partNumber)?.sha256 });
      }
    }
    return [...known.values()].map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
  }

  async complete(file: UppyFileLike, begun: Begun & { parts: UppyPart[] }): Promise<UppyStored> {
    const known = this.#known(file, begun);
    const parts = begun.parts.map(({ PartNumber: partNumber = 0, ETag: etag = "" }) => {
      return { partNumber, etag, sha256: known.get(partNumber)?.sha256 };
    });
    let location = "";
    const sign = async () => {
      const { complete } = await this.#sign(begun, { parts: [] });
      location = withoutQuery(complete.url);
      return complete;
    };
    await this.#toS3({ body: new Blob([completeXml(parts)]), sign, read: joined }, begun.signal);
    return { location, key: begun.key };
  }

  /** Where the deployment doesn't let an upload be ended, its lifecycle rule removes the parts. */
  async abort(begun: Begun): Promise<void> {
    const { abort } = await this.#sign(begun, { parts: [] });
    if (abort) await this.#toS3({ sign: () => abort, read: ended }, begun.signal);
  }

  #sign(begun: Begun, wanted: Omit<PartsRequest, "key" | "uploadId">): Promise<SignedParts> {
    const { key, uploadId = "", signal } = begun;
    return this.#signpost.signParts({ key, uploadId, ...wanted }, { signal });
  }

  #known(file: UppyFileLike, { uploadId = "" }: Begun): Map<number, StoredPart> {
    const body = bodyOf(file) ?? file;
    let entry = this.#parts.get(body);
    if (entry?.uploadId !== uploadId) this.#parts.set(body, (entry = { uploadId, parts: new Map() }));
    return entry.parts;
  }
}

/** Sends as the client's own uploads go, but for how many at once, which is Uppy's `limit`. */
type ToS3 = (delivery: Omit<Delivery, "signal">, signal: AbortSignal | undefined) => Promise<string | undefined>;

function newToS3(signpost: Signpost): ToS3 {
  const { retry } = signpost.settings;
  return (delivery, signal = new AbortController().signal) =>
    deliver({ retry, pool: (_signal, work) => work() }, { ...delivery, signal });
}
