import type { PartsRequest, SignedParts, SignedRequest, UploadPlan } from "../types.ts";
import { deliver, type DeliveryTools } from "./deliver.ts";
import { readAborted, readCompleted, readCreated, readList } from "./outcome.ts";
import { timed, type Timed } from "./timed.ts";
import { allParts, completeXml, type StoredPart } from "./xml.ts";

/** What a multipart upload needs of the client. */
export interface MultipartTools extends DeliveryTools {
  /** Signs parts and what follows them: `POST /uploads/parts`. */
  signParts(request: PartsRequest, signal: AbortSignal): Promise<SignedParts>;
}

/**
 * A multipart upload at S3: its requests, each signed by the API. Its user decides which parts are
 * sent, and when.
 */
export class MultipartUpload {
  readonly #tools: MultipartTools;
  readonly #id: { key: string; uploadId: string };

  constructor(tools: MultipartTools, { key, uploadId }: { key: string; uploadId: string }) {
    this.#tools = tools;
    this.#id = { key, uploadId };
  }

  /** Creates the upload that was planned. Resolves with its id. */
  static create(tools: DeliveryTools, plan: UploadPlan, signal: AbortSignal): Promise<string> {
    return deliver(tools, { signal, sign: () => plan, read: readCreated }) as Promise<string>;
  }

  /** Signs parts. Resolves with each part and its request; one without a URL fails when it is sent. */
  async sign<P extends { partNumber: number }>(parts: P[], signal: AbortSignal): Promise<(P & Timed<SignedRequest>)[]> {
    const { parts: signed, until } = await timed(() => this.#sign(signal, parts));
    return parts.map((part, i) => ({ ...part, ...signed[i]!, until }));
  }

  /**
   * The parts that S3 has, by number; undefined if the deployment doesn't grant that
   * (`Multipart.Resumable`).
   */
  list(signal: AbortSignal): Promise<Map<number, StoredPart> | undefined> {
    return allParts(async (after) => {
      const { list } = await this.#sign(signal, [], after);
      return list && deliver(this.#tools, { signal, sign: () => list, read: readList });
    });
  }

  /**
   * Joins the parts to the object. Resolves with its ETag, or undefined if the answer that held it
   * was lost.
   */
  complete(parts: StoredPart[], signal: AbortSignal): Promise<string | undefined> {
    return deliver(this.#tools, {
      signal,
      body: new Blob([completeXml(parts)]),
      sign: async () => (await this.#sign(signal)).complete,
      read: readCompleted,
    });
  }

  /**
   * Deletes the parts, if the deployment grants that (`Multipart.Resumable`). If not, its lifecycle
   * rule does after a day.
   */
  async abort(signal: AbortSignal): Promise<void> {
    const { abort } = await this.#sign(signal);
    if (abort) await deliver(this.#tools, { signal, sign: () => abort, read: readAborted });
  }

  #sign(signal: AbortSignal, parts: PartsRequest["parts"] = [], after = 0): Promise<SignedParts> {
    return this.#tools.signParts({ ...this.#id, parts, listAfter: after || undefined }, signal);
  }
}
