// The browser client of a Signpost deployment: README.md shows how to use it.
export { ApiError } from "./api_error.ts";
export type { Checksum } from "./checksum.ts";
export { FileError } from "./file_error.ts";
export type { StoredObject } from "./job.ts";
export { NetworkError } from "./network_error.ts";
export type { Settings, SignpostOptions, UploadOptions, UploadState } from "./options.ts";
export { partSize } from "./part_size.ts";
export type { UploadProgress } from "./progress.ts";
export type { StorageLike } from "./records.ts";
export type { RetryOptions } from "./retry.ts";
export { S3Error } from "./s3_error.ts";
export { SignpostError } from "./signpost_error.ts";
export { Signpost, type CallOptions } from "./signpost.ts";
export type { TokenSource } from "./tokens.ts";
export type * from "./types.ts";
export type { Upload } from "./upload.ts";
