import type { IncomingMessage } from "node:http";

/** One request that went through the proxy, and what became of it. */
export interface Exchange {
  method: string;
  origin: string;
  path: string; // never the query: it is a credential
  /** S3's name of the operation ("UploadPart"), "POST /uploads" and the like for the API's, "OPTIONS", or empty. */
  operation: string;
  /** Of an UploadPart. */
  partNumber?: number;
  /** Of what belongs to an upload in parts; no credential, but nothing to print. */
  uploadId?: string;
  /** When it came: Date.now(). */
  at: number;
  /** Bytes of the body that the proxy has seen. */
  bytes: number;
  /** What the browser was answered; undefined where it was not. */
  status?: number;
  /** What the proxy did to it, instead of passing it on. */
  fault?: string;
}

/** Names what the browser asks for. */
export function describe(request: IncomingMessage): Exchange {
  const url = new URL(request.url ?? "", "http://unknown");
  const method = request.method ?? "";
  const operation = operationOf(method, url);
  const exchange: Exchange = { method, origin: url.origin, path: url.pathname, operation, at: Date.now(), bytes: 0 };
  const number = url.searchParams.get("partNumber");
  if (number) exchange.partNumber = Number(number);
  const uploadId = url.searchParams.get("uploadId");
  if (uploadId) exchange.uploadId = uploadId;
  return exchange;
}

function operationOf(method: string, { pathname, searchParams: query }: URL): string {
  if (method === "OPTIONS") return method;
  if (!query.has("X-Amz-Signature")) return method === "POST" ? `POST ${pathname.replace(/^\/v1/, "")}` : "";
  switch (method) {
    case "PUT":
      return query.has("partNumber") ? "UploadPart" : "PutObject";
    case "POST":
      return query.has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
    case "DELETE":
      return "AbortMultipartUpload";
    default:
      return query.has("uploadId") ? "ListParts" : "GetObject";
  }
}
