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

/** One page of ListParts: the parts, and behind which number the next page begins, if there is one. */
export function parseParts(xml: string): { parts: StoredPart[]; next: number | undefined } {
  const entries = xml.split("<Part>", 10_001); // S3's limit of parts, and what stands before them
  const parts = entries.slice(1).map((part) => ({
    partNumber: Number(textOf(part, "PartNumber")),
    etag: textOf(part, "ETag") ?? "",
    size: Number(textOf(part, "Size")),
    sha256: textOf(part, "ChecksumSHA256"),
  }));
  const next = textOf(xml, "IsTruncated") === "true" ? Number(textOf(xml, "NextPartNumberMarker")) : undefined;
  return { parts, next };
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
  for (let after: number | undefined = 0; after !== undefined; ) {
    const xml: string | undefined = await ask(after);
    if (xml === undefined) return undefined;
    const { parts, next } = parseParts(xml);
    const before = all.size;
    for (const part of parts) all.set(part.partNumber, part);
    // A list that doesn't get on would have no end.
    after = next !== undefined && next > after && all.size > before ? next : undefined;
  }
  return all;
}

/** The body of CompleteMultipartUpload. */
export function completeXml(parts: StoredPart[]): string {
  const entries = parts.map(({ partNumber, etag, sha256 }) => {
    const sum = sha256 ? `<ChecksumSHA256>${sha256}</ChecksumSHA256>` : "";
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag>${sum}</Part>`;
  });
  return `<CompleteMultipartUpload>${entries.join("")}</CompleteMultipartUpload>`;
}
