import { SignpostError } from "../errors.ts";
import { partSize } from "../s3/part_size.ts";
import type { Signpost } from "../signpost.ts";
import type { SignedRequest } from "../types.ts";
import { UppyPlanner, type UppyFileLike, type UppyOptions } from "./planner.ts";

export { uppyRestrictions, type UppyFileLike, type UppyOptions, type UppyRestrictions } from "./planner.ts";

/**
 * A request for Uppy to have signed: without `uploadId` it sends a file (PUT) or creates a
 * multipart upload (POST).
 */
export interface UppyRequest {
  method: "PUT" | "POST" | "GET" | "DELETE";
  key: string;
  uploadId?: string;
  partNumber?: number | undefined;
}

/** The options of `@uppy/aws-s3` 6.x that this adapter sets. */
export interface AwsS3Options {
  shouldUseMultipart: (file: UppyFileLike) => boolean;
  getChunkSize: (file: { size: number }) => number;
  generateObjectKey: (file: UppyFileLike) => string;
  signRequest: (request: UppyRequest) => Promise<{ url: string; headers: Record<string, string>; key: string }>;
}

/**
 * The options with which `@uppy/aws-s3` 6.x uploads files to a Signpost deployment:
 * `uppy.use(AwsS3, uppyOptions(signpost))`. Spread them to add others, such as `limit`.
 *
 * Uppy sends the requests itself; the Signpost only plans and signs. A file in one piece is sent
 * with its SHA-256. Parts are sent without, since Uppy doesn't repeat their checksums when it
 * completes the upload.
 */
export function uppyOptions(signpost: Signpost, options: UppyOptions = {}): AwsS3Options {
  const planner = new UppyPlanner(signpost, options);
  const files = new FilesByKey();
  return {
    shouldUseMultipart: (file) => planner.isMultipart(file),
    getChunkSize: ({ size }) => partSize(size),
    generateObjectKey: (file) => files.add(file),
    signRequest: async (request) => {
      const { key, uploadId } = request;
      if (uploadId) return { ...(await signMultipart(signpost, request, uploadId)), key };
      const file = files.get(key);
      const plan = request.method === "POST" ? planner.planInParts(file, false) : planner.planWhole(file);
      const { url, headers, key: chosen } = await plan;
      return { url, headers, key: chosen };
    },
  };
}

/**
 * Uppy passes the file only when it asks for a key, and only that key when it asks for a signature.
 * The API chooses the real key, so this one only identifies the file. Uppy keeps the file while it
 * uploads it, so a weak reference is enough.
 */
class FilesByKey {
  readonly #files = new Map<string, WeakRef<UppyFileLike>>();
  readonly #gone = new FinalizationRegistry<string>((key) => this.#files.delete(key));
  #count = 0;

  add(file: UppyFileLike): string {
    const key = `file ${++this.#count}`;
    this.#files.set(key, new WeakRef(file));
    this.#gone.register(file, key);
    return key;
  }

  get(key: string): UppyFileLike {
    const file = this.#files.get(key)?.deref();
    if (file) return file;
    throw new SignpostError("generateObjectKey must be the one of uppyOptions", { code: "UnknownFile" });
  }
}

/**
 * Signs a request of a multipart upload: a part (PUT), the list of parts (GET), its completion
 * (POST) or its abort.
 */
async function signMultipart(signpost: Signpost, request: UppyRequest, uploadId: string): Promise<SignedRequest> {
  const { method, key, partNumber } = request;
  const parts = partNumber === undefined ? [] : [{ partNumber }];
  const signed = await signpost.signParts({ key, uploadId, parts });
  if (method === "PUT") return signed.parts[0]!;
  if (method === "POST") return signed.complete;
  if (method === "GET") return signed.list ?? emptyList;
  if (signed.abort) return signed.abort;
  throw new SignpostError(
    "the deployment doesn't grant aborting uploads (Multipart.Resumable): its lifecycle rule deletes the parts",
    { code: "NotGranted" },
  );
}

/**
 * Used if the deployment doesn't grant the list of parts. Uppy asks for it after a pause, and adds
 * what it lists to what Uppy knows already, so an empty list is enough.
 */
const emptyList: SignedRequest = {
  method: "GET",
  url: "data:application/xml,%3CListPartsResult%3E%3C/ListPartsResult%3E",
  headers: {},
};
