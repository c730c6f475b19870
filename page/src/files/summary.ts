import { byId, setText } from "../dom.ts";
import { percent, size, timeLeft } from "../format.ts";
import { Speed } from "./speed.ts";
import type { Transfer } from "./transfer.ts";

const title = document.title;

/**
 * The summary above the list: the progress of all files together, and the buttons for all of them.
 */
export class Summary {
  readonly #speed = new Speed();
  #unlistedBytes = 0; // sent by earlier tries, and by files that are no longer in the list
  #bytesSent = new Map<Transfer, number>();

  /** Shows the current state of the files. */
  show(transfers: Transfer[]): void {
    const countOf = (wanted: string) => transfers.filter(({ state }) => state === wanted).length;
    const active = transfers.filter((transfer) => transfer.isActive);
    const isMoving = active.some((transfer) => transfer.state !== "paused");
    const counted = transfers.filter(({ state }) => state !== "aborted" && state !== "failed");
    const sent = counted.reduce((sum, { progress }) => sum + progress.sent, 0);
    const total = counted.reduce((sum, { file }) => sum + file.size, 0);

    const texts = [`${countOf("stored")} of ${transfers.length} stored`];
    if (countOf("failed") > 0) texts.push(`${countOf("failed")} failed`);
    if (countOf("aborted") > 0) texts.push(`${countOf("aborted")} cancelled`);
    if (active.length > 0 && !isMoving) texts.push("paused");
    const speed = isMoving ? this.#speed.perSecond : undefined;
    if (speed) texts.push(`${size(speed)}/s`, timeLeft(((total - sent) / speed) * 1000));
    setText(byId("files-summary"), texts.join(" · "));
    document.title = active.length > 0 ? `${percent(sent, total)} · ${title}` : title;

    const bar = byId<HTMLProgressElement>("overall");
    bar.hidden = active.length === 0;
    bar.value = total > 0 ? sent / total : 0;
    byId("files-panel").hidden = transfers.length === 0;
    byId("pause-all").hidden = !active.some((transfer) => transfer.canPause);
    byId("resume-all").hidden = !active.some(({ state }) => state === "paused");
    byId("retry-failed").hidden = !transfers.some((transfer) => transfer.state === "failed" && transfer.canRetry);
    byId("clear-finished").hidden = transfers.length === active.length;
  }

  /** Measures the speed of all files together, and shows it. */
  measure(transfers: Transfer[]): void {
    if (!transfers.some(({ isActive, state }) => isActive && state !== "paused")) {
      this.#speed.reset();
      return;
    }
    this.#count(transfers);
    this.#speed.sample(this.#unlistedBytes + [...this.#bytesSent.values()].reduce((a, b) => a + b, 0));
    this.show(transfers);
  }

  /**
   * Updates the bytes sent. Their sum must not shrink when a file starts over or leaves the list.
   */
  #count(transfers: Transfer[]): void {
    const listed = new Set(transfers);
    for (const [transfer, bytes] of this.#bytesSent) {
      if (listed.has(transfer) && transfer.bytesSent >= bytes) continue;
      this.#unlistedBytes += bytes;
      this.#bytesSent.delete(transfer);
    }
    for (const transfer of transfers) this.#bytesSent.set(transfer, transfer.bytesSent);
  }
}
