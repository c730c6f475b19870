import type { KindLimits } from "signpost-client";
import type { Files, ListedFile } from "signpost-client/files";

const step = 1000; // files: a page of S3's list

/**
 * Lists all files of these kinds, newest first. S3 lists the oldest first, and has no other order
 * ("ListObjectsV2", Amazon S3 API Reference), so the newest are known only when all are listed. It
 * takes one request for each thousand files of a kind.
 */
export async function listAll(
  files: Files,
  { kinds, signal, onCount }: { kinds: KindLimits[]; signal: AbortSignal; onCount: (files: number) => void },
): Promise<ListedFile[]> {
  const all: ListedFile[] = [];
  const failed = new AbortController();
  const list = async (kind: string | null) => {
    for await (const file of files.list({ kind, signal: AbortSignal.any([signal, failed.signal]) })) {
      all.push(file);
      if (all.length % step === 0) onCount(all.length);
    }
  };
  try {
    await Promise.all(kinds.map(({ kind }) => list(kind)));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  return all.sort((a, b) => b.lastModified.getTime() - a.lastModified.getTime() || (idOf(a) < idOf(b) ? 1 : -1));
}

/** Ids sort by time. S3's times have no fractions of a second. */
function idOf({ key }: ListedFile): string {
  return key.split("/").at(-2) ?? "";
}
