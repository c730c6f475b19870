/** A part that S3 has. */
export interface StoredPart {
  partNumber: number;
  etag: string;
  /** Bytes, where S3 told them. */
  size?: number;
  /** base64 */
  sha256?: string | undefined;
}

// S3's answers are small and flat, and a DOM is not everywhere: so no parser.

/** The text of the first element of that name. Codes, ids and ETags need no more of XML than a quotation mark. */
export function textOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(quot|#34);/g, '"');
}

/**
 * All parts that S3 has, page after page.
 *
 * @param ask gives the page behind a part number; undefined where the deployment lets none be had
 * @returns undefined where there was no page
 */
export async function allParts(
  ask: (after: number) => Promise<string | undefined>,
): Promise<Map<number, StoredPart> | undefined> {
  const all = new Map<number, StoredPart>();
  for (let after = 0; ; ) {
    const xml = await ask(after);
    if (xml === undefined) return undefined;
    const before = all.size;
    // S3's limit of parts, and what stands before them.
    for (const part of xml.split("<Part>", 10_001).slice(1)) {
      const partNumber = Number(textOf(part, "PartNumber"));
      const etag = textOf(part, "ETag") ?? "";
      all.set(partNumber, { partNumber, etag, size: Number(textOf(part, "Size")), sha256: textOf(part, "ChecksumSHA256") });
    }
    // A list that doesn't get on would have no end.
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
