// The browser client of a Signpost deployment. README.md shows how to use it.
export { ApiError, FileError, NetworkError, S3Error, SignpostError } from "./errors.ts";
export type { StoredObject } from "./job.ts";
export type { Settings, SignpostOptions, UploadOptions, UploadState } from "./options.ts";
export type { UploadProgress } from "./progress.ts";
export type { StorageLike } from "./resume.ts";
export type { RetryOptions } from "./retry.ts";
export type { Checksum } from "./s3/checksum.ts";
export { partSize } from "./s3/part_size.ts";
export { Signpost, type CallOptions } from "./signpost.ts";
export type { TokenSource } from "./tokens.ts";
export type * from "./types.ts";
export type { Upload } from "./upload.ts";
