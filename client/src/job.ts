import type { Pool } from "./pool.ts";
import type { Meter } from "./progress.ts";
import type { PartsRecord, Place } from "./resume.ts";
import type { Checksum } from "./s3/checksum.ts";
import type { MultipartTools } from "./s3/multipart_upload.ts";
import type { Timed } from "./s3/timed.ts";
import type { UploadPlan, UploadRequest } from "./types.ts";

/** A file in S3. */
export interface StoredObject {
  key: string;
  /** The media type that S3 stores. The API decides it, so it may differ from the browser's. */
  contentType: string | undefined;
  /** Bytes. */
  size: number;
  /**
   * The file's SHA-256 in base64, which S3 has checked. Undefined if it was sent in parts, or not
   * hashed.
   */
  sha256: string | undefined;
  /** Undefined if the answer that held it was lost. */
  etag: string | undefined;
  /** Whether this upload continued one that was unfinished before, such as before a reload. */
  resumed: boolean;
}

/** The upload of one planned file. `run` may be called again: it continues where it was stopped. */
export interface Job {
  /** The object's key. It changes if the file has to be planned again. */
  readonly key: string;
  /** The media type that S3 stores. */
  readonly contentType: string | undefined;
  /** The file's SHA-256, if S3 checks it. */
  readonly sha256?: string | undefined;
  /** Whether an earlier upload is continued. */
  readonly isResumed?: boolean;
  /**
   * Resolves when the object is stored, with its ETag; with undefined if the answer that held it
   * was lost.
   */
  run(signal: AbortSignal): Promise<string | undefined>;
  /** Whether it can't continue, and a new job can. */
  readonly isLost?: boolean;
  /** Deletes from S3 what is stored of the file, as far as the deployment grants that. */
  abort?(): Promise<void>;
  /**
   * This job for another upload of the same file, so that it asks for the same key; undefined if
   * its request differs.
   */
  again?(tools: Tools): Job | undefined;
}

/** What a job works with. */
export interface Tools extends MultipartTools {
  file: Blob;
  request: UploadRequest;
  checksum: boolean | Checksum;
  /** How many requests to S3 may be under way. */
  connections: number;
  pool: Pool;
  meter: Meter;
  /** Plans the file, with others that are ready at the same time: see planner.ts. */
  plan(prepare: () => Promise<UploadRequest | undefined>, signal: AbortSignal): Promise<Timed<UploadPlan> | undefined>;
  /** Takes the place of the file's record, if it can be had. */
  place(): Promise<Place | undefined>;
  /** Remembers what is stored, for after a reload. */
  remember(record: PartsRecord): void;
  /** Called when all bytes are sent, and S3 has yet to confirm. */
  onSent(): void;
}
