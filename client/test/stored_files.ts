import { type Deployment, type Fault, type Seen, apiRefusal, s3Refusal } from "./deployment.ts";

/** A file in the bucket. */
export interface Stored {
  key: string;
  size?: number;
  lastModified?: string;
  etag?: string;
  /** The value of the tag that GuardDuty adds. */
  scan?: string;
  /** Content-Disposition. */
  disposition?: string;
}

/**
 * Lets a deployment have stored files, and the routes that list, delete, read and scan them, as far
 * as the client notices.
 */
export class StoredFiles {
  /** By key, in the order of keys, as S3 lists them. */
  readonly files = new Map<string, Stored>();
  /** As Deployment's, with what happens before its usual answer. */
  fault: Deployment["fault"] = () => undefined;
  /** How long URLs are valid, in seconds. */
  expiresIn = 600;
  readonly #origin: string;

  constructor(deployment: Deployment, files: Stored[] = []) {
    this.#origin = new URL(deployment.apiUrl).origin;
    for (const file of files) this.files.set(file.key, file);
    deployment.fault = (what, count, seen) => this.fault(what, count, seen) ?? this.#answer(seen);
  }

  #answer({ what, body, url, headers }: Seen): Fault | undefined {
    const asked = what.startsWith("POST /") ? JSON.parse(body.toString()) : {};
    if (what === "POST /listings") return this.#signed("GET", "", { "list-type": "2", ...asked });
    if (what === "POST /scans") return this.#signed("GET", asked.key, { tagging: "" });
    if (what === "POST /downloads") return this.#signed("GET", asked.key, { ...asked });
    if (what === "POST /deletions") return this.#deletions(asked.keys);
    const file = this.files.get(url.pathname.slice(1));
    if (url.searchParams.has("list-type")) return { status: 200, body: this.#page(url.searchParams) };
    if (what === "DELETE object") return this.#delete(url.pathname.slice(1));
    if (what !== "GET object") return undefined;
    if (!file) return s3Refusal(403, "AccessDenied");
    if (url.searchParams.has("tagging")) return { status: 200, body: taggingXml(file.scan) };
    if (headers.range && !file.size) return s3Refusal(416, "InvalidRange");
    const { disposition = "", size = 0, etag = '"e"' } = file;
    const more = { ETag: etag, ...(disposition && { "Content-Disposition": disposition }) };
    return { status: headers.range ? 206 : 200, headers: more, body: "x".repeat(headers.range ? 1 : size) };
  }

  #signed(method: string, path: string, query: Record<string, string | number | undefined>): Fault {
    const { expiresIn } = this;
    return { status: 200, body: { ...this.#request(method, path, query), expiresIn, expiresAt: "2026-11-27T10:00:00Z" } };
  }

  #request(method: string, path: string, query: Record<string, string | number | undefined>): object {
    const given = Object.entries(query).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]]));
    return { method, url: `${this.#origin}/${path}?${new URLSearchParams([...given, ["X-Amz-Signature", "secret"]])}`, headers: {} };
  }

  #deletions(keys: string[]): Fault {
    const problem = { code: "InvalidRequest", field: "keys", message: "keys is wrong" };
    if (keys.length === 0 || keys.length > 100 || new Set(keys).size < keys.length) return apiRefusal(400, problem.code, problem);
    const foreign = keys.flatMap((key, i) => (key.includes("/me/") ? [] : [{ ...problem, code: "Forbidden", message: `keys[${i}] belongs to another user` }]));
    if (foreign[0]) return apiRefusal(403, "Forbidden", { ...foreign[0], problems: foreign });
    const deletions = keys.map((key) => ({ key, ...this.#request("DELETE", key, {}) }));
    return { status: 200, body: { deletions, expiresIn: this.expiresIn, expiresAt: "2026-11-27T10:00:00Z" } };
  }

  #delete(key: string): Fault {
    this.files.delete(key);
    return { status: 204, headers: { "x-amz-delete-marker": "true" } };
  }

  #page(query: URLSearchParams): string {
    const after = query.get("after") ?? "";
    const limit = Number(query.get("limit") ?? 1000);
    const folder = query.has("kind") ? `uploads/${query.get("kind")}/me/` : "uploads/me/";
    const left = [...this.files.values()].filter(({ key }) => key.startsWith(folder) && key > after);
    return listXml(left.slice(0, limit), left.length > limit);
  }
}

/** As S3 writes it: ETags in quotation marks, which are escaped. */
export function listXml(files: Stored[], isTruncated: boolean): string {
  const entries = files.map(
    ({ key, size = 0, lastModified = "2026-11-27T10:00:00.000Z", etag = '"e"' }) =>
      `<Contents><Key>${key}</Key><LastModified>${lastModified}</LastModified><ETag>${etag.replaceAll('"', "&quot;")}</ETag>` +
      `<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name>` +
    `<Prefix>uploads/me/</Prefix><KeyCount>${files.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>` +
    `${isTruncated ? "<NextContinuationToken>t</NextContinuationToken>" : ""}${entries.join("")}</ListBucketResult>`
  );
}

function taggingXml(scan: string | undefined): string {
  const tag = (key: string, value: string) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;
  const tags = tag("album", "THREATS_FOUND") + (scan ? tag("GuardDutyMalwareScanStatus", scan) : "");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${tags}</TagSet></Tagging>`;
}
