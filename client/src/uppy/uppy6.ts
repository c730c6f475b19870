import { partSize } from "../s3/part_size.ts";
import type { Signpost } from "../signpost.ts";
import { SignpostError } from "../errors.ts";
import type { SignedRequest } from "../types.ts";
import { UppyPlanner, type UppyFileLike, type UppyOptions } from "./planner.ts";

export type { UppyFileLike, UppyOptions } from "./planner.ts";

/** What Uppy wants signed: without `uploadId` a whole file (PUT) or the beginning of one in parts (POST). */
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
 * The options for `@uppy/aws-s3` 6.x with which its files go to a Signpost deployment:
 * `uppy.use(AwsS3, uppyOptions(signpost))`. Spread them to add others, such as `limit`.
 *
 * Uppy sends the requests itself; the Signpost is only asked to plan and to sign. A file that goes in one piece goes
 * with its SHA-256; parts go without, since Uppy's last request can't repeat their checksums to S3.
 */
export function uppyOptions(signpost: Signpost, options: UppyOptions = {}): AwsS3Options {
  const planner = new UppyPlanner(signpost, options);
  const files = new FilesByKey();
  return {
    shouldUseMultipart: (file) => planner.goesInParts(file),
    getChunkSize: ({ size }) => partSize(size),
    generateObjectKey: (file) => files.add(file),
    signRequest: async (request) => {
      const { key, uploadId } = request;
      if (uploadId) return { ...(await signPartRequest(signpost, request, uploadId)), key };
      const file = files.get(key);
      const plan = request.method === "POST" ? planner.planInParts(file, false) : planner.planWhole(file);
      const { url, headers, key: chosen } = await plan;
      return { url, headers, key: chosen };
    },
  };
}

/**
 * Uppy gives the file only when it asks for a key, and the key alone when it asks for a signature. The server chooses
 * the real key, so the one asked for is a ticket. Uppy holds the file as long as it uploads it, and so may this.
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
    throw new SignpostError("generateObjectKey is somebody else's: leave it to uppyOptions", { code: "UnknownFile" });
  }
}

/** Of an upload that has begun: one of its parts, the list of them, or its end. */
async function signPartRequest(signpost: Signpost, request: UppyRequest, uploadId: string): Promise<SignedRequest> {
  const { method, key, partNumber } = request;
  const parts = partNumber === undefined ? [] : [{ partNumber }];
  const signed = await signpost.signParts({ key, uploadId, parts });
  if (method === "PUT") return signed.parts[0]!;
  if (method === "POST") return signed.complete;
  if (method === "GET") return signed.list ?? emptyList;
  if (signed.abort) return signed.abort;
  throw new SignpostError(
    "the deployment doesn't let uploads be ended (ResumableUploads): its lifecycle rule removes the parts",
    { code: "NotGranted" },
  );
}

/**
 * Where the deployment doesn't let parts be listed. Uppy asks before it goes on after a pause, and adds what it is
 * told to what it knows: nothing is enough.
 */
const emptyList: SignedRequest = {
  method: "GET",
  url: "data:application/xml,%3CListPartsResult%3E%3C/ListPartsResult%3E",
  headers: {},
};
