import type { Core } from "../core.ts";

/** A part that S3 has. */
export interface StoredPart {
  partNumber: number;
  etag: string;
  /** Bytes, if S3 has listed the part. */
  size?: number;
  /** base64 */
  sha256?: string | undefined;
}

/**
 * Collects the parts that S3 has from all pages of its list.
 *
 * @param ask gives the page that follows a part number; undefined if the deployment doesn't grant the list
 * @returns undefined without a page
 */
export async function allParts(
  { textOf }: Pick<Core, "textOf">,
  ask: (after: number) => Promise<string | undefined>,
): Promise<Map<number, StoredPart> | undefined> {
  const all = new Map<number, StoredPart>();
  for (let after = 0; ; ) {
    const xml = await ask(after);
    if (xml === undefined) return undefined;
    const before = all.size;
    // S3 allows 10,000 parts; the first piece is what comes before them.
    for (const part of xml.split("<Part>", 10_001).slice(1)) {
      const partNumber = Number(textOf(part, "PartNumber"));
      const etag = textOf(part, "ETag")!; // without it, S3 refuses to join the parts
      all.set(partNumber, { partNumber, etag, size: Number(textOf(part, "Size")), sha256: textOf(part, "ChecksumSHA256") });
    }
    // A list that makes no progress would never end.
    const next = Number(textOf(xml, "NextPartNumberMarker"));
    if (textOf(xml, "IsTruncated") !== "true" || !(next > after) || all.size === before) return all;
    after = next;
  }
}

/** The body of CompleteMultipartUpload. */
export function completeXml(parts: StoredPart[]): string {
  const entries = parts.map(({ partNumber, etag, sha256 }) => {
    const sum = sha256 ? `<ChecksumSHA256>${sha256}</ChecksumSHA256>` : "";
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag>${sum}</Part>`;
  });
  return `<CompleteMultipartUpload>${entries.join("")}</CompleteMultipartUpload>`;
}
