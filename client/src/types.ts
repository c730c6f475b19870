import type { components } from "./contract.ts";

type Schemas = components["schemas"];

/** What `POST /uploads` is asked: the file's name, media type and size in bytes, and what else is to be signed. */
export type UploadRequest = Schemas["UploadRequest"];

/** One file's place in the bucket, and the signed request that stores it or, with `multipart`, begins to. */
export type UploadPlan = Schemas["UploadPlan"];

/** What `POST /uploads/parts` is asked. */
export type PartsRequest = Schemas["PartsRequest"];

/** A signed request for each part that was asked for, and those that end the upload. */
export type SignedParts = Schemas["SignedParts"];

/** The signed request that reads a file. */
export type SignedDownload = Schemas["SignedDownload"];

/** What the API's error codes can be. */
export type ErrorCode = Schemas["ErrorCode"];

/** One of several things that are wrong with a request. */
export type Problem = Schemas["Problem"];

/** A request to S3, to be sent word for word. Its URL is a credential. */
export interface SignedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
}
