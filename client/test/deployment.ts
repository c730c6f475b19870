import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { KindLimits } from "../src/index.ts";

/** A request that the deployment received. */
export interface Seen {
  /**
   * "POST /uploads", "PUT object", "POST create", "PUT part 3", "GET list", "POST complete",
   * "DELETE upload"
   */
  what: string;
  headers: IncomingMessage["headers"];
  body: Buffer;
  url: URL;
}

/**
 * What happens instead of the usual answer: another answer, or a broken connection. `acts`: the
 * request takes effect first. `isCut`: the answer ends before its last byte. "cut": the connection
 * breaks before the request takes effect; "lost": after.
 */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string | object; acts?: boolean; isCut?: boolean }
  | "cut"
  | "lost";

/** The limits of files without a kind. */
const unnamedKind: KindLimits = {
  kind: null,
  types: ["*/*"],
  accept: "",
  maxSize: 5 * 2 ** 30,
  multipartThreshold: 100 * 2 ** 20,
  requiredMetadata: [],
  downloads: true,
};

/** A refusal in S3's XML. */
export function s3Refusal(status: number, code: string, message = "no"): Fault {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>R1</RequestId></Error>`;
  return { status, body };
}

/** S3's refusal of a signed URL that has expired. */
export const expired: Fault = {
  status: 403,
  body:
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>600</X-Amz-Expires>" +
    "<Expires>2026-11-26T10:10:00Z</Expires><ServerTime>2026-11-26T10:10:01Z</ServerTime></Error>",
};

/** A refusal in the API's JSON. */
export function apiRefusal(status: number, code: string, more: object = {}): Fault {
  return { status, body: { error: { code, message: `refused: ${code}`, requestId: "A1", ...more } } };
}

/** A file that a client asks to plan. */
export interface Asked {
  filename: string;
  size: number;
  sha256?: string;
  contentType: string;
  partChecksums?: boolean;
  kind?: string;
  metadata?: Record<string, string>;
}

interface Multipart {
  key: string;
  size: number;
  parts: Map<number, Buffer>;
}

/**
 * A stand-in for a deployment, on a loopback port: the API and S3, as far as the client notices. It
 * doesn't check signatures and the like; test/browser uses an S3 that does.
 */
export class Deployment {
  readonly seen: Seen[] = [];
  readonly objects = new Map<string, Buffer>();
  readonly uploads = new Map<string, Multipart>();
  /**
   * Completed multipart uploads: S3 answers a repeated CompleteMultipartUpload as it did the first.
   */
  readonly joined = new Set<string>();
  /**
   * Called for each request, with how many of its kind there were. Its result happens instead of
   * the usual answer.
   */
  fault: (what: string, count: number, seen: Seen) => Fault | undefined = () => undefined;
  threshold = 100 * 2 ** 20;
  /** Refuses a file, alone or in a batch. */
  refuses: (asked: Asked) => Fault | undefined = () => undefined;
  /** The kinds of upload, with what differs from `unnamedKind`. */
  kinds: Partial<KindLimits>[] = [{}];
  partSize = 5 * 2 ** 20;
  resumable = true;
  expiresIn = 600;
  /** The media type that the API signs, if it isn't the one that was asked for. */
  storedType: string | undefined;
  /** The time that S3 takes for an answer, in ms. */
  latency = 0;
  /** The files that it was asked to plan, alone and in batches. */
  get planned(): Asked[] {
    const bodies = this.seen.filter(({ what }) => /^POST .uploads(.batch)?$/.test(what)).map(({ body }) => JSON.parse(body.toString()));
    return bodies.flatMap((body) => body.files ?? [body]);
  }

  /** Simultaneous requests to S3: now, and at most. */
  atOnce = 0;
  most = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #counts = new Map<string, number>();

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return this;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The number of such requests. */
  count(what: string | RegExp): number {
    return this.seen.filter((seen) => (typeof what === "string" ? seen.what === what : what.test(seen.what))).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.apiUrl);
    const what = nameOf(request.method ?? "", url);
    const isS3 = !url.pathname.startsWith("/v1/");
    if (isS3) this.most = Math.max(this.most, ++this.atOnce);
    response.on("close", () => isS3 && this.atOnce--);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the client has gone
    }
    const seen = { what, headers: request.headers, body: Buffer.concat(chunks), url };
    this.seen.push(seen);
    if (isS3 && this.latency) await sleep(this.latency);
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    const fault = this.fault(what, count, seen);
    const isDone = !fault || fault === "lost" || (fault !== "cut" && fault.acts);
    const done = isDone ? (isS3 ? this.#s3(seen) : this.#api(seen)) : undefined;
    const answer = fault ?? done!;
    if (answer === "cut" || answer === "lost") return void request.socket.destroy();
    const { status, headers, body = "", isCut } = answer;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(text) });
    if (isCut) response.write(text.slice(0, -1), () => request.socket.destroy());
    else response.end(text);
  }

  #api({ what, body }: Seen): Fault {
    if (what === "GET /limits") return { status: 200, body: this.#limits };
    const asked = JSON.parse(body.toString());
    if (what === "POST /uploads") return this.#plan(asked);
    if (what === "POST /uploads/batch") return this.#planBatch(asked.files);
    const upload = this.uploads.get(asked.uploadId);
    if (upload && upload.key !== asked.key) return apiRefusal(403, "Forbidden", { field: "key" });
    const objectUrl = `${this.#origin}/${asked.key}?uploadId=${asked.uploadId}&X-Amz-Signature=secret`;
    const signed = (method: string, query = "", headers = {}) => ({ method, url: objectUrl + query, headers });
    const length = (partNumber: number) => Math.min(this.partSize, sizeOf(asked.key) - (partNumber - 1) * this.partSize);
    const parts = asked.parts.map(({ partNumber }: { partNumber: number }) => ({
      partNumber,
      size: length(partNumber),
      ...signed("PUT", `&partNumber=${partNumber}&n=${this.seen.length}`),
    }));
    if (parts.some(({ size }: { size: number }) => size <= 0)) return apiRefusal(400, "InvalidPart", { field: "parts" });
    const more = this.resumable ? { list: signed("GET", `&after=${asked.listAfter ?? 0}`), abort: signed("DELETE") } : {};
    const complete = signed("POST", "", { "If-None-Match": "*" });
    return { status: 200, body: { parts, complete, ...more, ...this.#expiry } };
  }

  #planBatch(files: Asked[]): Fault {
    if (files.length > 100) return apiRefusal(400, "InvalidRequest", { field: "files" });
    const entries = files.map((file) => (this.#plan(file) as { body: object }).body);
    return { status: 200, body: { files: entries, ...this.#expiry } };
  }

  #plan(asked: Asked): Fault {
    const refusal = this.refuses(asked);
    if (refusal) return refusal;
    const inParts = asked.size > this.threshold;
    if (inParts && asked.sha256) return apiRefusal(400, "InvalidRequest", { field: "sha256" });
    const key = `uploads/me/${randomUUID()}/${asked.size}`;
    const url = `${this.#origin}/${key}?X-Amz-Signature=secret${inParts ? "&uploads=" : ""}`;
    const headers = { "Content-Type": this.storedType ?? asked.contentType, ...(!inParts && { "If-None-Match": "*" }) };
    const multipart = { partSize: this.partSize, partCount: Math.ceil(asked.size / this.partSize) };
    const method = inParts ? "POST" : "PUT";
    return { status: 201, body: { key, method, url, headers, ...(inParts && { multipart }), ...this.#expiry } };
  }

  #s3({ what, url, body }: Seen): Fault {
    const key = decodeURIComponent(url.pathname.slice(1));
    const id = url.searchParams.get("uploadId") ?? "";
    const upload = this.uploads.get(id);
    const makesObject = what === "PUT object" || what === "POST complete";
    const body200 = "<R><ETag>&quot;joined&quot;</ETag></R>";
    if (this.joined.has(id) && what === "POST complete") return { status: 200, body: body200 };
    if (makesObject && this.objects.has(key)) return s3Refusal(412, "PreconditionFailed");
    if (id && !upload) return s3Refusal(404, "NoSuchUpload");
    if (makesObject) {
      this.objects.set(key, upload ? Buffer.concat(ordered(upload)) : body);
      this.uploads.delete(id);
      if (upload) this.joined.add(id);
      return { status: 200, headers: { ETag: '"whole"' }, body: upload ? body200 : "" };
    }
    if (what === "POST create") {
      const uploadId = randomUUID();
      this.uploads.set(uploadId, { key, size: sizeOf(key), parts: new Map() });
      return { status: 200, body: `<R><UploadId>${uploadId}</UploadId></R>` };
    }
    if (what === "GET list") return { status: 200, body: listXml(upload!, Number(url.searchParams.get("after"))) };
    if (what === "DELETE upload") {
      this.uploads.delete(id);
      return { status: 204 };
    }
    if (!upload) return s3Refusal(400, "InvalidRequest"); // no request that the API signs
    const number = Number(url.searchParams.get("partNumber"));
    upload.parts.set(number, body);
    return { status: 200, headers: { ETag: etagOf(body) } };
  }

  get #limits(): object {
    const multipartThreshold = Number.isFinite(this.threshold) ? this.threshold : null;
    const kinds = this.kinds.map((kind) => ({ ...unnamedKind, multipartThreshold, ...kind }));
    return { kinds, features: { resumable: this.resumable, downloads: true, listings: false, deletions: false, scans: false } };
  }

  get #origin(): string {
    return new URL(this.apiUrl).origin;
  }

  get #expiry(): object {
    return { expiresIn: this.expiresIn, expiresAt: new Date(Date.now() + this.expiresIn * 1000).toISOString() };
  }
}

function nameOf(method: string, url: URL): string {
  const { pathname, searchParams } = url;
  if (pathname.startsWith("/v1/")) return `${method} ${pathname.slice(3)}`;
  if (searchParams.has("uploads")) return "POST create";
  if (searchParams.has("partNumber")) return `PUT part ${searchParams.get("partNumber")}`;
  if (!searchParams.has("uploadId")) return `${method} object`;
  return { GET: "GET list", POST: "POST complete", DELETE: "DELETE upload" }[method] ?? method;
}

/** The size that a key carries. */
function sizeOf(key: string): number {
  return Number(key.split("/").at(-1));
}

function ordered({ parts }: Multipart): Buffer[] {
  return [...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
}

/** Two parts a page, so that more than one is asked for. */
function listXml({ parts }: Multipart, after: number): string {
  const numbers = [...parts.keys()].filter((number) => number > after).sort((a, b) => a - b);
  const page = numbers.slice(0, 2).map((number) => {
    const bytes = parts.get(number)!;
    const sum = createHash("sha256").update(bytes).digest("base64");
    return (
      `<Part><PartNumber>${number}</PartNumber><ETag>${etagOf(bytes).replaceAll('"', "&quot;")}</ETag>` +
      `<Size>${bytes.length}</Size><ChecksumSHA256>${sum}</ChecksumSHA256></Part>`
    );
  });
  const next = numbers[Math.min(2, numbers.length) - 1] ?? 0;
  const more = `<IsTruncated>${numbers.length > 2}</IsTruncated><NextPartNumberMarker>${next}</NextPartNumberMarker>`;
  return `<ListPartsResult>${more}${page.join("")}</ListPartsResult>`;
}

function etagOf(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}
