import type { Limits } from "signpost-client";
import type { ListedFile, ScanStatus } from "signpost-client/files";
import { kindName } from "../files/accepted_text.ts";
import type { Transfer } from "../files/transfer.ts";

/** A stored file, with what the page knows of it beyond S3's list. */
export interface StoredFile extends Omit<ListedFile, "etag"> {
  /** "" if there is only one kind. */
  kindName: string;
  /** Whether the user may read it. */
  downloads: boolean;
  /** The name with which it was uploaded, once it is known. */
  originalName?: string;
  /** The file itself, if this page has uploaded it. */
  source?: File;
  /** What the malware scan has found, once S3 was asked. */
  scan?: ScanStatus;
  /** Why it could not be deleted. */
  error?: string;
}

/** The name to show: the original one, or the key's form of it. */
export function shownName({ originalName, name }: StoredFile): string {
  return originalName ?? name;
}

export function fromList(listed: ListedFile, { kinds, features }: Limits): StoredFile {
  const kind = kinds.find(({ kind }) => kind === listed.kind);
  return {
    ...listed,
    kindName: kind && kinds.length > 1 ? kindName(kind) : "",
    downloads: features.downloads && kind !== undefined && kind.downloads,
  };
}

/** An upload's file, once it is stored. */
export function fromTransfer({ stored, file, name, as }: Transfer): StoredFile {
  const { key } = stored!;
  return {
    ...{ key, kind: as.kind.kind, name: key.slice(key.lastIndexOf("/") + 1), size: file.size, lastModified: new Date() },
    ...{ kindName: as.kindName, downloads: as.kind.downloads, originalName: name, source: file },
  };
}
