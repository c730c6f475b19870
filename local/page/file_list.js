// @ts-check
import { announce } from "./announce.js";
import { byId } from "./dom.js";
import { count } from "./format.js";
import { Queue } from "./queue.js";
import { Row } from "./row.js";
import { Transfer } from "./transfer.js";

/**
 * What the list has to do with the rest of the page.
 *
 * @typedef {object} Surroundings
 * @property {(transfer: Transfer) => Promise<void>} run         takes one file all the way; must not reject
 * @property {(transfer: Transfer, was: string) => void} onStep  a transfer has come to a new state
 * @property {() => void} onSessionEnd                           only a new sign-in helps
 */

/** The files that were added, the newest on top, and what can be done with all of them. */
export class FileList {
  /** @type {Row[]} */
  #rows = [];
  #queue;
  #surroundings;
  #list = byId("files");

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#surroundings = surroundings;
    this.#queue = new Queue(surroundings.run);
    byId("retry-failed").addEventListener("click", () => this.#retryFailed());
    byId("clear-finished").addEventListener("click", () => this.#keep((transfer) => transfer.isActive));
    this.#summarize();
  }

  /** How many are not finished. */
  get active() {
    return this.#rows.filter(({ transfer }) => transfer.isActive).length;
  }

  /** @param {File[]} files */
  add(files) {
    const rows = files.map((file) => new Row(new Transfer(file), { retry: (transfer) => this.#retry(transfer) }));
    this.#rows.unshift(...rows);
    this.#list.prepend(...rows.map((row) => row.element));
    if (files.length > 0) announce(`${count(files.length, "file")} added.`);
    for (const { transfer } of rows) {
      let was = transfer.state;
      transfer.addEventListener("change", () => {
        if (transfer.state !== was) this.#step(transfer, was);
        was = transfer.state;
      });
      this.#queue.add(transfer);
    }
    this.#summarize();
  }

  /** Stops what is under way and forgets all. */
  clear() {
    for (const { transfer } of this.#rows) transfer.cancel();
    this.#keep(() => false);
  }

  /** @param {Transfer} transfer */
  #retry(transfer) {
    transfer.reset();
    this.#queue.add(transfer);
  }

  #retryFailed() {
    // From the bottom, in the order they were added.
    for (const { transfer } of this.#rows.toReversed()) {
      if (transfer.state === "failed" && transfer.canRetry) this.#retry(transfer);
    }
    byId("files-title").focus();
  }

  /** @param {(transfer: Transfer) => boolean} wanted */
  #keep(wanted) {
    for (const row of this.#rows) {
      if (!wanted(row.transfer)) row.element.remove();
    }
    this.#rows = this.#rows.filter((row) => wanted(row.transfer));
    this.#summarize();
    byId(this.#rows.length > 0 ? "files-title" : "picker").focus();
  }

  /**
   * @param {Transfer} transfer
   * @param {string} was
   */
  #step(transfer, was) {
    const { state, name, failure } = transfer;
    if (state === "stored") announce(`${name} is stored.`);
    if (state === "cancelled") announce(`${name}: cancelled.`);
    if (state === "failed" && failure) {
      announce(`${name}: ${failure.sentence}`);
      if (failure.signIn) this.#surroundings.onSessionEnd();
    }
    this.#summarize();
    this.#surroundings.onStep(transfer, was);
  }

  #summarize() {
    /** @type {Record<string, number>} */
    const of = { stored: 0, failed: 0, cancelled: 0 };
    for (const { transfer } of this.#rows) of[transfer.state] = (of[transfer.state] ?? 0) + 1;
    const parts = ["stored", "failed", "cancelled"].filter((state) => of[state]).map((state) => `${of[state]} ${state}`);
    if (this.active) parts.unshift(`${this.active} under way`);
    byId("files-summary").textContent = parts.join(" · ");
    byId("retry-failed").hidden = !this.#rows.some(({ transfer }) => transfer.state === "failed" && transfer.canRetry);
    byId("clear-finished").hidden = this.#rows.length === this.active;
    byId("files-panel").hidden = this.#rows.length === 0;
  }
}
