import type { Checksum } from "./s3/checksum.ts";
import type { Pool } from "./pool.ts";
import type { Meter } from "./progress.ts";
import type { RetryOptions } from "./retry.ts";
import type { UploadRequest } from "./types.ts";

/** A file in S3. */
export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  /** The whole file's SHA-256 in base64, which S3 has checked; absent where the file went in parts or was not hashed. */
  sha256: string | undefined;
  /** S3's name for these bytes; absent where the answer that held it was lost. */
  etag: string | undefined;
  /** Whether it went on with an upload that an earlier page had begun. */
  resumed: boolean;
}

/** A planned file on its way. `run` goes on where it was stopped, as often as it is called. */
export interface Job {
  /** The object's, which changes if it has to be planned again. */
  key(): string;
  run(signal: AbortSignal): Promise<StoredObject>;
  /** Gives up what S3 has of it, as far as the deployment lets. Absent where S3 keeps all or nothing. */
  abandon?(): Promise<void>;
  /** The same for another upload of the same file. Absent where S3 has it in parts, which are remembered otherwise. */
  again?(tools: Tools): Job;
}

/** What a job works with. */
export interface Tools {
  file: Blob;
  request: UploadRequest;
  /** Asks the API. */
  post<T>(route: string, body: object, signal: AbortSignal): Promise<T>;
  checksum: boolean | Checksum;
  /** Requests to S3 at once. */
  connections: number;
  pool: Pool;
  retry: RetryOptions;
  meter: Meter;
  /** Everything is sent, S3 has the last word. */
  onSent(): void;
  onWait?(why: "offline" | "waiting"): void;
}

/** Something signed, and until when it may be used by this machine's clock. */
export type Timed<T> = T & { until: number };

/** Asks for something signed and notes how long it is good for, whatever the server's clock says. */
export async function timed<T extends { expiresIn: number }>(ask: () => Promise<T>): Promise<Timed<T>> {
  const asked = Date.now();
  const answer = await ask();
  // The last twentieth of its life is left for the way: S3 refuses what comes late.
  return { ...answer, until: asked + answer.expiresIn * 950 };
}

export function isGood({ until }: { until: number }): boolean {
  return Date.now() < until;
}
