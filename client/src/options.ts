import type { UploadProgress } from "./progress.ts";
import { defaultStorage, type StorageLike } from "./resume.ts";
import type { RetryOptions } from "./retry.ts";
import type { Checksum } from "./s3/checksum.ts";
import type { TokenSource } from "./tokens.ts";

/** The options of a Signpost. */
export interface SignpostOptions {
  /** The stack's output `ApiUrl`. */
  apiUrl: string | URL;
  /** Gives the signed-in user's token. `refresh` is true if the API has refused the last one. */
  token: TokenSource;
  /**
   * The number of simultaneous requests to S3, over all uploads. S3 speaks HTTP/1.1, and browsers
   * open six connections to such a server.
   *
   * @default 6
   */
  connections?: number | undefined;
  /**
   * Whether S3 checks the SHA-256 of what it receives. `true` hashes with Web Crypto, which needs
   * each piece in memory: files in one piece, and parts, up to 128 MiB. A function gives the base64
   * SHA-256 of any Blob, of any size.
   *
   * @default true
   */
  checksum?: boolean | Checksum | undefined;
  /** How failed requests are retried. */
  retry?: Partial<RetryOptions> | undefined;
  /**
   * The storage for unfinished uploads in parts, so that they continue after a reload. `null`
   * remembers none.
   *
   * @default localStorage, if there is one
   */
  storage?: StorageLike | null | undefined;
}

/** The state of an upload. */
export type UploadState =
  /** Waiting for its turn, or for the next try. */
  | "waiting"
  /** The file is being hashed and planned. */
  | "planning"
  | "uploading"
  /** Paused by pause(). */
  | "paused"
  /** Waiting for the network to come back. */
  | "offline"
  /** All bytes are sent, and S3 has yet to confirm. */
  | "finishing"
  | "stored"
  | "failed"
  | "aborted";

/** The options of one upload. */
export interface UploadOptions {
  /**
   * The file's name: 1 to 255 characters.
   *
   * @default the File's own; a Blob has none
   */
  filename?: string | undefined;
  /**
   * The media type that S3 stores.
   *
   * @default the file's own; if it has none, the API derives it from the file's name
   */
  contentType?: string | undefined;
  /** The kind of upload: one of those that `signpost.limits()` lists. */
  kind?: string | undefined;
  /** Stored with the object: at most 10 entries and 2 KiB. */
  metadata?: Record<string, string> | undefined;
  /** Called as bytes are sent and parts are stored. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Called with every new state. */
  onState?: ((state: UploadState) => void) | undefined;
  /** Aborts the upload, with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A Signpost's options with the defaults filled in. */
export interface Settings {
  apiUrl: string;
  token: TokenSource;
  connections: number;
  checksum: boolean | Checksum;
  retry: RetryOptions;
  storage: StorageLike | null;
}

/** Fills in the defaults. Throws a TypeError that lists every wrong option. */
export function settingsOf(options: SignpostOptions): Settings {
  const { apiUrl, token, connections = 6, checksum = true, storage = defaultStorage() } = options;
  const retry = { limit: 8, minDelay: 500, maxDelay: 20_000, stallTimeout: 60_000, minSpeed: 8_000, ...options.retry };
  const wrong: string[] = [];
  const check = (name: string, isRight: boolean) => isRight || wrong.push(name);
  check("apiUrl", URL.canParse(apiUrl) && /^https?:/.test(String(apiUrl)));
  check("token", typeof token === "function");
  check("connections", Number.isInteger(connections) && connections > 0);
  check("checksum", /boolean|function/.test(typeof checksum));
  for (const [name, value] of Object.entries(retry)) check(`retry.${name}`, value >= 0);
  if (wrong[0]) throw new TypeError(`wrong options of Signpost: ${wrong.join(", ")}`);
  return { apiUrl: String(apiUrl).replace(/\/*$/, "/"), token, connections, checksum, retry, storage };
}
