// @ts-check
import { byId, element } from "./dom.js";
import { duration, size } from "./format.js";

/** @typedef {import("./transfer.js").Transfer} Transfer */

/**
 * The signpost beside the list: a file's way in three boards, each with the address that the browser talks to, what
 * has passed it, and a sign of life while something does.
 */
export class Signpost {
  #planning = 0;
  #uploading = 0;
  #signed = 0;
  #signingTime = 0; // ms, of all
  #stored = 0;
  #bytes = 0;

  /** @param {import("./config.js").Config} config */
  constructor(config) {
    write("browser", "host", location.host);
    write("api", "host", new URL(config.apiUrl).host);
    write("s3", "host", new URL(config.s3Endpoint).host);
    write("s3", "note", config.bucket);
    this.#show();
  }

  /**
   * @param {Transfer} transfer
   * @param {string} was its state before
   */
  step(transfer, was) {
    const { state } = transfer;
    this.#planning += Number(state === "planning") - Number(was === "planning");
    this.#uploading += Number(state === "uploading") - Number(was === "uploading");
    if (state === "uploading") {
      this.#signed++;
      this.#signingTime += transfer.took.planning;
    }
    if (state === "stored") {
      this.#stored++;
      this.#bytes += transfer.file.size;
    }
    this.#show();
  }

  #show() {
    board("api").classList.toggle("is-live", this.#planning > 0);
    board("s3").classList.toggle("is-live", this.#uploading > 0);
    board("browser").classList.toggle("is-live", this.#planning + this.#uploading > 0);
    write("api", "count", this.#signed > 0 ? `${this.#signed} signed` : "");
    write("api", "more", this.#signed > 0 ? `${duration(this.#signingTime / this.#signed)} each` : "");
    write("s3", "count", this.#stored > 0 ? `${this.#stored} stored` : "");
    write("s3", "more", this.#stored > 0 ? size(this.#bytes) : "");
  }
}

/** @param {string} name */
function board(name) {
  return element(byId("signpost"), `[data-board="${name}"]`);
}

/**
 * @param {string} name
 * @param {string} part
 * @param {string} text
 */
function write(name, part, text) {
  element(board(name), `.board-${part}`).textContent = text;
}
