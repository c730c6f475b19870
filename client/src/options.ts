import type { Checksum } from "./s3/checksum.ts";
import type { UploadProgress } from "./progress.ts";
import { defaultStorage, type StorageLike } from "./resume.ts";
import type { RetryOptions } from "./retry.ts";
import type { TokenSource } from "./tokens.ts";

/** Where uploads go, and how. */
export interface SignpostOptions {
  /** The stack's output `ApiUrl`. */
  apiUrl: string | URL;
  /** Gives the signed-in user's token, as it is; `refresh` is true when the API has refused the last one. */
  token: TokenSource;
  /**
   * Requests to S3 at once, over all uploads. Browsers open six connections to an HTTP/1.1 server, and the page may want
   * one too.
   *
   * @default 5
   */
  connections?: number | undefined;
  /**
   * Whether S3 is told the SHA-256 of what it gets, and refuses anything else. True hashes with Web Crypto, which needs
   * each piece in memory: files up to 100 MiB, and the parts of larger ones up to 128 MiB. A function, which gives the
   * base64 SHA-256 of any Blob, hashes all.
   *
   * @default true
   */
  checksum?: boolean | Checksum | undefined;
  /** How failed requests are tried again. */
  retry?: Partial<RetryOptions> | undefined;
  /**
   * Where unfinished uploads in parts are remembered, so that a reload can go on with them; null for nowhere.
   *
   * @default localStorage, where there is one
   */
  storage?: StorageLike | null | undefined;
}

/** Where an upload is. */
export type UploadState =
  /** for its turn, or between two tries */
  | "waiting"
  /** the file is hashed and the API asked */
  | "planning"
  | "uploading"
  /** by pause() */
  | "paused"
  /** for the network to come back */
  | "offline"
  /** all bytes are sent, S3 has the last word */
  | "finishing"
  | "stored"
  | "failed"
  | "aborted";

/** What one upload is, and who is told of it. */
export interface UploadOptions {
  /**
   * 1 to 255 characters.
   *
   * @default the File's own; a Blob has none
   */
  filename?: string | undefined;
  /**
   * The media type that S3 stores.
   *
   * @default the file's own; where it has none, the API goes by the file's name
   */
  contentType?: string | undefined;
  /** Kept beside the object: at most 10 entries and 2 KiB. */
  metadata?: Record<string, string> | undefined;
  /** Called as bytes go out and parts arrive. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Called with every new state. */
  onState?: ((state: UploadState) => void) | undefined;
  /** Aborting it is abort() with its reason. */
  signal?: AbortSignal | undefined;
}

/** The client's options, all there. */
export interface Settings {
  apiUrl: string;
  token: TokenSource;
  connections: number;
  checksum: boolean | Checksum;
  retry: RetryOptions;
  storage: StorageLike | null;
}

/** Fills in the defaults. A TypeError lists everything that is wrong. */
export function settingsOf(options: SignpostOptions): Settings {
  const { apiUrl, token, connections = 5, checksum = true, storage = defaultStorage() } = options;
  const retry = { limit: 8, minDelay: 500, maxDelay: 20_000, stallTimeout: 60_000, minSpeed: 8_000, ...options.retry };
  const problems: string[] = [];
  const check = (name: string, value: unknown, isRight: boolean, right: string) => {
    if (!isRight) problems.push(`${name} must be ${right}, not ${String(value)}`);
  };
  const isURL = URL.canParse(apiUrl) && /^https?:/.test(String(apiUrl));
  check("apiUrl", apiUrl, isURL, "the stack's output ApiUrl");
  check("token", token, typeof token === "function", "a function");
  check("connections", connections, Number.isInteger(connections) && connections > 0, "a whole number from 1");
  check("checksum", checksum, /boolean|function/.test(typeof checksum), "true, false or a function");
  for (const [name, value] of Object.entries(retry)) check(`retry.${name}`, value, value >= 0, "a number from 0");
  if (problems.length > 0) throw new TypeError(`signpost-client: ${problems.join("; ")}`);
  return { apiUrl: String(apiUrl).replace(/\/*$/, "/"), token, connections, checksum, retry, storage };
}
