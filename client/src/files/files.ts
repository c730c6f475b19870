// The user's stored files. This is an entry point of its own, so that a page which only uploads
// doesn't load it.
import { timed } from "../s3/timed.ts";
import type { CallOptions, Signpost } from "../signpost.ts";
import type { Upload } from "../upload.ts";
import { listFiles, type ListedFile, type ListOptions } from "./list.ts";
import { originalName } from "./name.ts";
import { removeFiles } from "./remove.ts";
import { scanStatus, untilScanned, type ScannedOptions, type ScanStatus, type ScanVerdict } from "./scan.ts";

export type { ListedFile, ListOptions } from "./list.ts";
export { RemovalError, type RemovalFailure } from "./remove.ts";
export type { ScannedOptions, ScanStatus, ScanVerdict } from "./scan.ts";

/** The options of `files.url()`. */
export interface UrlOptions extends CallOptions {
  /**
   * "attachment" saves the file, "inline" shows it.
   *
   * @default "attachment"
   */
  disposition?: "attachment" | "inline" | undefined;
  /**
   * The name under which the browser saves the file.
   *
   * @default the name with which it was uploaded, or the key's if it is shown
   */
  filename?: string | undefined;
}

/** A link to a file. Whoever has it can read the file until it expires. */
export interface FileUrl {
  url: string;
  /** By this machine's clock, and a little early: the file has to be asked for by then. */
  expiresAt: Date;
}

/**
 * The signed-in user's files in a Signpost deployment.
 *
 *     const files = new Files(signpost);
 *     for await (const { key, name, size } of files.list()) show(name, size);
 *
 * Each method needs a feature of the deployment; `(await signpost.limits()).features` says which
 * are there. Unless a method says more, it rejects with an ApiError, an S3Error, a NetworkError,
 * what the token source threw, or the signal's reason.
 */
export class Files {
  readonly #signpost: Signpost;

  /** The Signpost's token, retries and connections are used, and shared with its uploads. */
  constructor(signpost: Signpost) {
    this.#signpost = signpost;
  }

  /**
   * Lists the user's files of one kind, oldest first by when the upload was planned. Pages are asked
   * for as they are needed, and one at a time is held. Needs `listings`.
   *
   * Throws a TypeError that lists every wrong option.
   */
  list(options: ListOptions = {}): AsyncGenerator<ListedFile, void, undefined> {
    return listFiles(this.#signpost.shared, options);
  }

  /**
   * Deletes files, several at a time. A file that isn't there counts as deleted. Needs `deletions`.
   *
   * @returns the keys, each once
   * @throws RemovalError, which says what was deleted and what was not, and why
   */
  remove(keys: readonly string[], options: CallOptions = {}): Promise<string[]> {
    return removeFiles(this.#signpost.shared, keys, options);
  }

  /** A link to a file, for an `<img>`, a `<video>` or an `<a>`. Needs `downloads`. */
  async url(key: string, options: UrlOptions = {}): Promise<FileUrl> {
    const { url, until } = await timed(() => this.#signpost.download(key, options));
    return { url, expiresAt: new Date(until) };
  }

  /**
   * The name with which a file was uploaded, from S3: the list only has the key's form of it. Needs
   * `downloads`.
   */
  name(key: string, options: CallOptions = {}): Promise<string> {
    return originalName(this.#signpost.shared, key, options);
  }

  /** What the malware scan has found so far. Needs `scans`. */
  scan(key: string, options: CallOptions = {}): Promise<ScanStatus> {
    return scanStatus(this.#signpost.shared, key, options);
  }

  /**
   * Resolves when the malware scan has come to a verdict, whatever it is. Of an upload it first
   * awaits `done`, and rejects as that does. Needs `scans`.
   */
  scanned(file: string | Upload, options: ScannedOptions = {}): Promise<ScanVerdict> {
    return untilScanned(this.#signpost.shared, file, options);
  }
}
