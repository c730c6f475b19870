import { byId, setText } from "../dom.ts";
import { percent, size, timeLeft } from "../format.ts";
import { Speed } from "./speed.ts";
import type { Transfer } from "./transfer.ts";

const title = document.title;

/** The line above the list: how far all files are together, and what can be done with all of them. */
export class Overall {
  readonly #speed = new Speed();
  #gone = 0; // bytes of files that are no longer in the list
  #moved = new Map<Transfer, number>();

  /** Shows how things are now. */
  show(transfers: Transfer[]): void {
    const of = (...states: string[]) => transfers.filter(({ state }) => states.includes(state)).length;
    const active = transfers.filter((transfer) => transfer.isActive);
    const isMoving = active.some((transfer) => transfer.state !== "paused");
    const wanted = transfers.filter(({ state }) => state !== "aborted" && state !== "failed");
    const sent = wanted.reduce((sum, { progress }) => sum + progress.sent, 0);
    const total = wanted.reduce((sum, { file }) => sum + file.size, 0);

    const parts = [`${of("stored")} of ${transfers.length} stored`];
    if (of("failed") > 0) parts.push(`${of("failed")} failed`);
    if (of("aborted") > 0) parts.push(`${of("aborted")} cancelled`);
    if (active.length > 0 && !isMoving) parts.push("paused");
    const speed = isMoving ? this.#speed.perSecond : undefined;
    if (speed) parts.push(`${size(speed)}/s`, timeLeft(((total - sent) / speed) * 1000));
    setText(byId("files-summary"), parts.join(" · "));
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

  /** Measures the speed of all together, and shows it. */
  measure(transfers: Transfer[]): void {
    if (!transfers.some(({ isActive, state }) => isActive && state !== "paused")) {
      this.#speed.reset();
      return;
    }
    this.#count(transfers);
    this.#speed.sample(this.#gone + [...this.#moved.values()].reduce((a, b) => a + b, 0));
    this.show(transfers);
  }

  /** A new try of a file, or its going from the list, takes nothing away from what has gone over the line. */
  #count(transfers: Transfer[]): void {
    const listed = new Set(transfers);
    for (const [transfer, moved] of this.#moved) {
      if (listed.has(transfer) && transfer.moved >= moved) continue;
      this.#gone += moved;
      this.#moved.delete(transfer);
    }
    for (const transfer of transfers) this.#moved.set(transfer, transfer.moved);
  }
}
