import type { Core } from "../core.ts";
import type { PartsRequest, SignedParts, SignedRequest } from "../types.ts";
import type { DeliveryTools } from "./deliver.ts";
import { readAborted, readCompleted, readList } from "./multipart_outcome.ts";
import { allParts, completeXml, type StoredPart } from "./parts_xml.ts";
import type { Timed } from "./timed.ts";

/** What a multipart upload needs of the client. It has code of the client too: see core.ts. */
export interface MultipartTools extends DeliveryTools, Core {
  /** Signs parts and what follows them: `POST /uploads/parts`. */
  signParts(request: PartsRequest, signal: AbortSignal): Promise<SignedParts>;
}

/**
 * A multipart upload at S3: its requests, each signed by the API. Its user decides which parts are
 * sent, and when.
 */
export interface MultipartUpload {
  /** Signs parts. Resolves with each part and its request; one without a URL fails when it is sent. */
  sign<P extends { partNumber: number }>(parts: P[], signal: AbortSignal): Promise<(P & Timed<SignedRequest>)[]>;
  /**
   * The parts that S3 has, by number; undefined if the deployment doesn't grant that
   * (`Multipart.Resumable`).
   */
  list(signal: AbortSignal): Promise<Map<number, StoredPart> | undefined>;
  /**
   * Joins the parts to the object. Resolves with its ETag, or undefined if the answer that held it
   * was lost.
   */
  complete(parts: StoredPart[], signal: AbortSignal): Promise<string | undefined>;
  /**
   * Deletes the parts, if the deployment grants that (`Multipart.Resumable`). If not, its lifecycle
   * rule does after a day.
   */
  abort(signal: AbortSignal): Promise<void>;
}

export function multipartUpload(tools: MultipartTools, { key, uploadId }: { key: string; uploadId: string }): MultipartUpload {
  const { deliver, timed } = tools;
  const ask = (signal: AbortSignal, parts: PartsRequest["parts"] = [], after = 0) =>
    tools.signParts({ key, uploadId, parts, listAfter: after || undefined }, signal);
  return {
    sign: async (parts, signal) => {
      const { parts: signed, until } = await timed(() => ask(signal, parts));
      return parts.map((part, i) => ({ ...part, ...signed[i]!, until }));
    },
    list: (signal) =>
      allParts(tools, async (after) => {
        const { list } = await ask(signal, [], after);
        return list && deliver(tools, { signal, sign: () => list, read: readList });
      }),
    complete: (parts, signal) =>
      deliver(tools, {
        signal,
        body: new Blob([completeXml(parts)]),
        sign: async () => (await ask(signal)).complete,
        read: readCompleted(tools),
      }),
    abort: async (signal) => {
      const { abort } = await ask(signal);
      if (abort) await deliver(tools, { signal, sign: () => abort, read: readAborted });
    },
  };
}
