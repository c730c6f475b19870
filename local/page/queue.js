// @ts-check

/** @typedef {import("./transfer.js").Transfer} Transfer */

/** Files under way at once: enough to fill a line, and fewer than the six connections a browser gives an origin. */
const atOnce = 3;

/** Runs transfers in the order they came, a few at a time. */
export class Queue {
  /** @type {Transfer[]} */
  #waiting = [];
  #running = 0;
  #run;

  /** @param {(transfer: Transfer) => Promise<void>} run must not reject */
  constructor(run) {
    this.#run = run;
  }

  /** @param {Transfer} transfer */
  add(transfer) {
    this.#waiting.push(transfer);
    this.#next();
  }

  async #next() {
    if (this.#running >= atOnce) return;
    const transfer = this.#waiting.shift();
    if (!transfer) return;
    this.#running++;
    if (transfer.state === "waiting") await this.#run(transfer);
    this.#running--;
    this.#next();
  }
}
