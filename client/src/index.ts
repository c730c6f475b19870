// The browser client of a Signpost deployment: README.md shows how to use it.
export { ApiError } from "./api_error.ts";
export type { Checksum } from "./s3/checksum.ts";
export { FileError } from "./file_error.ts";
export type { StoredObject } from "./job.ts";
export { NetworkError } from "./network_error.ts";
export type { Settings, SignpostOptions, UploadOptions, UploadState } from "./options.ts";
export { partSize } from "./s3/part_size.ts";
export type { UploadProgress } from "./progress.ts";
export type { StorageLike } from "./resume.ts";
export type { RetryOptions } from "./retry.ts";
export { S3Error } from "./s3/refusal.ts";
export { SignpostError } from "./errors.ts";
export { Signpost, type CallOptions } from "./signpost.ts";
export type { TokenSource } from "./tokens.ts";
export type * from "./types.ts";
export type { Upload } from "./upload.ts";
