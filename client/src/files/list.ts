import { SignpostError } from "../errors.ts";
import type { Reading } from "../s3/outcome.ts";
import { textOf } from "../s3/xml.ts";
import type { CallOptions } from "../signpost.ts";
import type { SignedListing } from "../types.ts";
import { send, sign, type Tools } from "./signed.ts";

/** The options of `files.list()`. */
export interface ListOptions extends CallOptions {
  /**
   * The kind of the files. Without it, files that were uploaded without a kind are listed.
   *
   * @default none
   */
  kind?: string | null | undefined;
  /**
   * The list begins after this key, which may have been deleted.
   *
   * @default none
   */
  after?: string | undefined;
  /**
   * The number of files that are asked for at a time, 1 to 1000.
   *
   * @default 1000
   */
  pageSize?: number | undefined;
}

/** A file in a list. S3's list doesn't say its media type, original name and metadata. */
export interface ListedFile {
  key: string;
  /** The kind of upload; null for a file without one. */
  kind: string | null;
  /** The end of the key: an ASCII form of the original name, which `files.name()` gives. */
  name: string;
  /** Bytes. */
  size: number;
  /** When the file was stored. */
  lastModified: Date;
  /** In quotation marks, as in an upload's result. */
  etag: string;
}

/** The most files of a page ("ListObjectsV2", Amazon S3 API Reference). */
const largestPage = 1000;

export function listFiles(tools: Tools, options: ListOptions): AsyncGenerator<ListedFile, void, undefined> {
  const { kind = null, after, pageSize = largestPage, signal = AbortSignal.any([]) } = options;
  const wrong: string[] = [];
  if (kind !== null && (typeof kind !== "string" || !kind)) wrong.push("kind must be the name of a kind");
  if (after !== undefined && (typeof after !== "string" || !after)) wrong.push("after must be a key");
  if (!(Number.isInteger(pageSize) && pageSize > 0 && pageSize <= largestPage)) wrong.push(`pageSize must be a whole number, 1 to ${largestPage}`);
  if (wrong[0]) throw new TypeError(`wrong options of files.list(): ${wrong.join("; ")}`);
  return pages(tools, { kind, after, pageSize, signal });
}

async function* pages(
  tools: Tools,
  { kind, after, pageSize, signal }: { kind: string | null; after: string | undefined; pageSize: number; signal: AbortSignal },
): AsyncGenerator<ListedFile, void, undefined> {
  for (let isMore = true; isMore; ) {
    const before = after;
    const body = { kind, after, limit: pageSize };
    const xml = await send(tools, {
      signal,
      sign: () => sign<SignedListing>(tools, "listings", body, signal),
      read: readListing,
    });
    isMore = textOf(xml, "IsTruncated") === "true";
    for (const entry of xml.split("<Contents>", largestPage + 1).slice(1)) {
      signal.throwIfAborted();
      const key = textOf(entry, "Key")!;
      // A list that doesn't go forward would never end (apache/opendal#8071).
      if (!(key > (after ?? ""))) throw badListing();
      after = key;
      yield {
        ...{ key, kind, name: key.slice(key.lastIndexOf("/") + 1), size: Number(textOf(entry, "Size")) },
        ...{ lastModified: new Date(textOf(entry, "LastModified")!), etag: textOf(entry, "ETag")! },
      };
    }
    // An empty page of which more follow can't be continued: only its NextContinuationToken says
    // where it ended, and the API signs none. To end here would hide files.
    //
    // S3 doesn't rule out such a page: it "might contain fewer keys" than asked for
    // ("ListObjectsV2", Amazon S3 API Reference). But no report shows one of a list without a
    // delimiter. The lists of TileDB-Inc/TileDB#1218 had one, with which keys are in CommonPrefixes
    // instead, and that of s3ql/s3ql#166 came from another store. Where very many files in a row
    // were deleted, S3 goes on searching, even for two minutes (xuanwo.io, "Why S3 ListObjects
    // Taking 120s to Respond?").
    if (isMore && after === before) throw badListing();
  }
}

/** ListObjectsV2: the list, if it is complete. */
const readListing: Reading = ({ xml }) => /<ListBucketResult[^]*?<IsTruncated>(true|false)<[^]*<\/ListBucketResult>/.exec(xml)?.[0];

function badListing(): SignpostError {
  return new SignpostError("S3's list of files has more, but doesn't say after which", { code: "BadListing" });
}
