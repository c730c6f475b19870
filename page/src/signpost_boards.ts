import type { UploadState } from "signpost-client";
import { awsHost } from "./aws_host.ts";
import type { Config } from "./config.ts";
import { byId, element, setText } from "./dom.ts";
import { count, duration, size } from "./format.ts";
import type { Transfer } from "./files/transfer.ts";

/**
 * The signpost beside the list. Its three boards are the stations of an upload: the browser, the
 * API and S3. Each shows its host and what it has done so far, and moves while it is busy.
 */
export class SignpostBoards {
  readonly #states = new Map<Transfer, UploadState>();
  #stored = 0;
  #storedBytes = 0;
  #requests = 0;
  #signingTime = 0; // ms in total

  constructor({ apiUrl, bucket, region, local }: Config) {
    write("browser", "host", location.host);
    write("api", "host", new URL(apiUrl).host);
    write("s3", "host", local ? new URL(local.s3Endpoint).host : awsHost("s3", region));
    write("s3", "note", bucket);
    const observer = new PerformanceObserver((list) => this.#count(list.getEntriesByType("resource"), apiUrl));
    observer.observe({ type: "resource" });
  }

  /** Updates the boards for a file that has a new state. */
  update(transfer: Transfer): void {
    const { state, file } = transfer;
    if (state === "stored") {
      this.#stored++;
      this.#storedBytes += file.size;
    }
    if (transfer.isActive) this.#states.set(transfer, state);
    else this.#states.delete(transfer);
    this.#show();
  }

  /** Updates the boards for an empty list. */
  clear(): void {
    this.#states.clear();
    this.#show();
  }

  /** Counts the API's answers with signed URLs, one or many in each, and the time they took by the browser's own measurement. */
  #count(requests: PerformanceEntry[], apiUrl: string): void {
    for (const { name, duration: time, responseStatus } of requests as PerformanceResourceTiming[]) {
      if (!name.startsWith(apiUrl) || name === `${apiUrl}limits` || responseStatus > 299) continue;
      this.#requests++;
      this.#signingTime += time;
    }
    this.#show();
  }

  #show(): void {
    const states = new Set(this.#states.values());
    const isSending = states.has("uploading") || states.has("finishing");
    board("api").classList.toggle("is-live", states.has("planning"));
    board("s3").classList.toggle("is-live", isSending);
    board("browser").classList.toggle("is-live", isSending || states.has("planning"));
    write("api", "count", this.#requests > 0 ? count(this.#requests, "request") : "");
    write("api", "more", this.#requests > 0 ? `${duration(this.#signingTime / this.#requests)} each` : "");
    write("s3", "count", this.#stored > 0 ? `${this.#stored} stored` : "");
    write("s3", "more", this.#stored > 0 ? size(this.#storedBytes) : "");
  }
}

function board(name: string): HTMLElement {
  return element(byId("signpost"), `[data-board="${name}"]`);
}

function write(name: string, part: string, text: string): void {
  setText(element(board(name), `.board-${part}`), text);
}
