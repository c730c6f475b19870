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
  const parts = [...xml.matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => ({
    partNumber: Number(textOf(part, "PartNumber")),
    etag: textOf(part, "ETag") ?? "",
    size: Number(textOf(part, "Size")),
    sha256: textOf(part, "ChecksumSHA256"),
  }));
  const next = textOf(xml, "IsTruncated") === "true" ? Number(textOf(xml, "NextPartNumberMarker")) : undefined;
  return { parts, next };
}

/** The body of CompleteMultipartUpload. */
export function completeXml(parts: StoredPart[]): string {
  const entries = parts.map(({ partNumber, etag, sha256 }) => {
    const sum = sha256 ? `<ChecksumSHA256>${sha256}</ChecksumSHA256>` : "";
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag>${sum}</Part>`;
  });
  return `<CompleteMultipartUpload>${entries.join("")}</CompleteMultipartUpload>`;
}
