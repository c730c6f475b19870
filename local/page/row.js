// @ts-check
import { announce } from "./announce.js";
import { element } from "./dom.js";
import { duration, size } from "./format.js";
import { extension } from "./media_type.js";
import { thumbnail } from "./thumbnail.js";

/** @typedef {import("./transfer.js").Transfer} Transfer */

/** A file's row in the list: it shows what the transfer says, and no more than that. */
export class Row {
  /**
   * @param {Transfer} transfer
   * @param {{retry: (transfer: Transfer) => void}} actions
   */
  constructor(transfer, actions) {
    this.transfer = transfer;
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("row-template"));
    const fragment = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = /** @type {HTMLElement} */ (fragment.firstElementChild);
    this.#fillOnce();
    this.#button("cancel").addEventListener("click", () => transfer.cancel());
    this.#button("retry").addEventListener("click", () => actions.retry(transfer));
    this.#button("copy").addEventListener("click", () => this.#copy());
    this.#part("key").addEventListener("copy", (event) => {
      // Its two parts are boxes of their own, between which browsers would copy a line break.
      event.clipboardData?.setData("text/plain", transfer.key);
      event.preventDefault();
    });
    transfer.addEventListener("change", () => this.#update());
    this.#update();
  }

  /** @param {string} name */
  #part(name) {
    return element(this.element, `[data-part="${name}"]`);
  }

  /** @param {string} name */
  #button(name) {
    return /** @type {HTMLButtonElement} */ (this.#part(name));
  }

  #fillOnce() {
    const { file, name, type } = this.transfer;
    this.#part("name").textContent = name;
    this.#part("meta").textContent = `${size(file.size)} · ${type.contentType}`;
    this.#part("tile").textContent = extension(name).slice(0, 4) || "file";
    for (const action of ["cancel", "retry"]) {
      this.#button(action).setAttribute("aria-label", `${this.#button(action).textContent?.trim()}: ${name}`);
    }
    this.#part("progress").setAttribute("aria-label", `Upload of ${name}`);
    thumbnail(file, type.contentType, 48).then((canvas) => {
      if (canvas) this.#part("tile").replaceChildren(canvas);
    });
  }

  #update() {
    const { transfer } = this;
    const { state, failure } = transfer;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.dataset.state = state;
    this.#updateSteps();
    this.#button("cancel").hidden = !transfer.isActive;
    this.#button("retry").hidden = !transfer.canRetry;
    this.#button("copy").hidden = state !== "stored";
    this.#part("stored").hidden = state !== "stored";
    if (hadFocus) this.#keepFocus();
    this.#updateKey(state === "stored" ? transfer.key : "");
    this.#part("checksum").textContent = transfer.sha256 ?? "";
    this.#part("checked").hidden = !transfer.sha256;
    this.#part("failure").hidden = !failure;
    if (failure) this.#updateFailure(failure);
  }

  /** A button that goes away hands the focus to the one that comes, so that the keyboard stays in its row. */
  #keepFocus() {
    const focused = document.activeElement;
    if (this.element.contains(focused) && focused?.checkVisibility()) return;
    for (const name of ["cancel", "retry", "copy"]) {
      if (this.#button(name).checkVisibility()) return this.#button(name).focus();
    }
    this.element.focus();
  }

  /**
   * On a line that is too short the folders are cut, and the name stays.
   *
   * @param {string} key
   */
  #updateKey(key) {
    const cut = key.lastIndexOf("/") + 1;
    this.#part("key-folders").textContent = key.slice(0, cut);
    this.#part("key-name").textContent = key.slice(cut);
  }

  #updateSteps() {
    const { state, sent, file, took } = this.transfer;
    const progress = /** @type {HTMLProgressElement} */ (this.#part("progress"));
    if (state === "planning") {
      progress.removeAttribute("value"); // how long is not known
    } else {
      progress.value = state === "stored" ? 1 : file.size > 0 ? sent / file.size : 0;
    }
    const isPlanned = took.planning > 0 && this.transfer.key !== "";
    this.#part("step-planned").textContent =
      state === "waiting" ? "Waiting for its turn" : isPlanned ? `Planned ${duration(took.planning)}` : "Planning";
    this.#part("step-uploading").textContent = this.#uploading();
    this.#part("step-stored").textContent = this.#stored();
    const at = { waiting: 0, planning: 0, uploading: 1, stored: 3, failed: isPlanned ? 1 : 0, cancelled: isPlanned ? 1 : 0 }[state];
    const current = { waiting: "todo", planning: "now", uploading: "now", stored: "done", failed: "failed", cancelled: "cancelled" }[state];
    this.element.querySelectorAll(".step").forEach((step, i) => {
      const mark = i < at ? "done" : i > at ? "todo" : current;
      /** @type {HTMLElement} */ (step).dataset.step = mark;
      step.setAttribute("aria-current", mark === "now" ? "step" : "false");
    });
  }

  #uploading() {
    const { state, sent, file, took } = this.transfer;
    switch (state) {
      case "uploading":
        if (sent === file.size) return "Sent, waiting for S3's word";
        return `Uploading ${Math.floor((sent / file.size) * 100)} % · ${size(sent)}`;
      case "stored":
        return `Uploaded ${duration(took.uploading)}`;
      case "cancelled":
        return this.transfer.key ? `Cancelled at ${size(sent)}` : "Cancelled";
      case "failed":
        return this.transfer.key ? `Stopped at ${size(sent)}` : "Not sent";
    }
    return "Upload";
  }

  #stored() {
    const { state, sent, file, failure, key } = this.transfer;
    if (state !== "failed" && state !== "cancelled") return "Stored";
    // Cut off after the last byte, and without an answer, it can't be told whether S3 has it.
    const unanswered = key !== "" && sent === file.size && (state === "cancelled" || failure?.code === "NetworkError");
    return unanswered ? "Perhaps stored" : "Not stored";
  }

  /** @param {import("./failure.js").Failure} failure */
  #updateFailure(failure) {
    this.#part("failure-title").textContent = failure.message;
    this.#part("failure-details").replaceChildren(
      ...failure.details.map((detail) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = detail;
        return paragraph;
      }),
    );
    this.#part("failure-advice").textContent = failure.advice;
    this.#part("failure-code").textContent = [failure.code, failure.requestId && `request ${failure.requestId}`]
      .filter(Boolean)
      .join(" · ");
  }

  async #copy() {
    const button = this.#button("copy");
    try {
      await navigator.clipboard.writeText(this.transfer.key);
      button.textContent = "Copied";
      announce("The key is copied.");
    } catch {
      // Not allowed: the key is selected instead, for the keyboard to copy.
      getSelection()?.selectAllChildren(this.#part("key"));
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy key"), 2000);
  }
}
