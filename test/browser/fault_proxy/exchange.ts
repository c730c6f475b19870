import type { IncomingMessage } from "node:http";

/** A request through the proxy, and its response. */
export interface Exchange {
  method: string;
  origin: string;
  path: string; // without the query, which may hold a signature
  /**
   * The operation: S3's name for it ("UploadPart"), the API's route ("POST /uploads"), "OPTIONS",
   * or "".
   */
  operation: string;
  /** The part's number, in an UploadPart request. */
  partNumber?: number;
  /** The id of a multipart upload. */
  uploadId?: string;
  /** When the request arrived, by Date.now(). */
  time: number;
  /** Bytes of the request's body that have arrived so far. */
  bytes: number;
  /** The status that the browser received; undefined if it received no complete response. */
  status?: number;
  /** The kind of fault that the proxy injected. */
  fault?: string;
}

/** Describes a request that has just arrived. */
export function newExchange(request: IncomingMessage): Exchange {
  const url = new URL(request.url ?? "", "http://unknown");
  const method = request.method ?? "";
  const operation = operationOf(method, url);
  const exchange: Exchange = { method, origin: url.origin, path: url.pathname, operation, time: Date.now(), bytes: 0 };
  const partNumber = url.searchParams.get("partNumber");
  if (partNumber) exchange.partNumber = Number(partNumber);
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
