// @ts-check
import { sha256 } from "./checksum.js";
import { Failure, toFailure } from "./failure.js";
import { mediaType } from "./media_type.js";
import { sendInParts } from "./parts.js";
import { planUpload } from "./plan.js";
import { send } from "./put.js";

/**
 * @typedef {"waiting" | "planning" | "uploading" | "stored" | "failed" | "cancelled"} State
 */

/**
 * One file's way into the bucket: waiting → planning → uploading → stored, or failed or cancelled. Says "change"
 * whenever something of it has changed.
 */
export class Transfer extends EventTarget {
  /** @type {State} */ state = "waiting";
  /** Bytes sent so far. */ sent = 0;
  /** The object's key, once planned. */ key = "";
  /** @type {string | undefined} base64, if S3 was told to check it */ sha256;
  /** @type {Failure | undefined} */ failure;
  /** How long the API and S3 took, in ms. */ took = { planning: 0, uploading: 0 };
  #abort = new AbortController();

  /** @param {File} file */
  constructor(file) {
    super();
    this.file = file;
    this.type = mediaType(file);
    /** The name as it is sent: half a surrogate pair has no UTF-8. */
    this.name = file.name.toWellFormed?.() ?? file.name;
  }

  /** Under way, or about to be. */
  get isActive() {
    return this.state === "waiting" || this.state === "planning" || this.state === "uploading";
  }

  /** Whether another try could end otherwise. */
  get canRetry() {
    return this.state === "cancelled" || (this.state === "failed" && !this.failure?.final);
  }

  /**
   * Takes the file all the way; never rejects.
   *
   * @param {{apiUrl: string, session: import("./session.js").Session}} to
   */
  async run({ apiUrl, session }) {
    const { signal } = this.#abort;
    if (signal.aborted) return;
    try {
      this.#become("planning");
      const sum = await sha256(this.file);
      signal.throwIfAborted();
      const wish = { filename: this.name, contentType: this.type.contentType, size: this.file.size, sha256: sum };
      let start = performance.now();
      const plan = await planUpload(apiUrl, session, wish, signal);
      signal.throwIfAborted();
      this.key = plan.key;
      this.took.planning = performance.now() - start;

      start = performance.now();
      this.#become("uploading");
      const onProgress = (/** @type {number} */ sent) => this.#progress(sent);
      if (plan.multipart) await sendInParts(plan, this.file, { apiUrl, session, signal, onProgress });
      else await send(plan, this.file, { signal, onProgress });
      this.took.uploading = performance.now() - start;
      this.sha256 = sum;
      this.sent = this.file.size;
      this.#become("stored");
    } catch (error) {
      if (signal.aborted) return; // cancel() has said so already
      this.failure = this.#explain(toFailure(error));
      this.#become("failed");
    }
  }

  cancel() {
    if (!this.isActive) return;
    this.#abort.abort();
    this.#become("cancelled");
  }

  /** Back to waiting, for a new run with a new key. */
  reset() {
    this.#abort = new AbortController();
    this.failure = undefined;
    this.key = "";
    this.sent = 0;
    this.took = { planning: 0, uploading: 0 };
    this.#become("waiting");
  }

  /** @param {number} sent */
  #progress(sent) {
    if (this.state !== "uploading") return;
    this.sent = Math.min(sent, this.file.size);
    this.#changed();
  }

  /** @param {Failure} failure */
  #explain(failure) {
    if (failure.code === "TypeNotAllowed" && !this.type.known) {
      failure.details.push("Neither the browser nor the name tells this file's type, so it counts as application/octet-stream.");
    }
    return failure;
  }

  /** @param {State} state */
  #become(state) {
    this.state = state;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
