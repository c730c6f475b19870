import type { components } from "./contract.ts";

type Schemas = components["schemas"];

// The names that openapi.yaml gives to its schemas are used in this file alone.

/**
 * The body of `POST /uploads`: the file's name, media type and size in bytes, and what else is
 * signed.
 */
export type UploadRequest = Schemas["UploadRequest"];

/**
 * The key of a file, and the signed request that stores the file or, with `multipart`, creates its
 * multipart upload.
 */
export type UploadPlan = Schemas["UploadPlan"];

/** The answer of `POST /uploads/batch`: an entry for each file, in the order of the request. */
export type BatchPlan = Schemas["BatchPlan"];

/** The plan of a file, or its refusal. */
export type BatchEntry = Schemas["BatchEntry"];

/** What the deployment accepts, of each kind of upload, and what else it can do. */
export type Limits = Schemas["Limits"];

/** What the deployment accepts of one kind of upload; `kind` is null for files without a kind. */
export type KindLimits = Schemas["KindLimits"];

/** The body of `POST /uploads/parts`. */
export type PartsRequest = Schemas["PartsRequest"];

/**
 * A signed request for each part that was asked for, and those that list the parts, complete the
 * upload and abort it.
 */
export type SignedParts = Schemas["SignedParts"];

/** The signed request that reads a file. */
export type SignedDownload = Schemas["SignedDownload"];

/** The signed request that lists the files of a kind. */
export type SignedListing = Schemas["SignedListing"];

/** A signed request for each file to delete, in the order of the keys. */
export type SignedDeletions = Schemas["SignedDeletions"];

/** The signed request that reads the result of a file's malware scan. */
export type SignedScan = Schemas["SignedScan"];

/** The API's error codes. */
export type ErrorCode = Schemas["ErrorCode"];

/** The body of an error of the API. */
export type ErrorResponse = Schemas["ErrorResponse"];

/** One of several problems of a request. */
export type Problem = Schemas["Problem"];

/** A request to S3, to be sent exactly as it is. Its URL is a credential. */
export interface SignedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
}
