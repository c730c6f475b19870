import { copyOnClick } from "../copy_button.ts";
import { copyOf, element, setText } from "../dom.ts";
import { size } from "../format.ts";
import { extension, isShownInline, unknownType } from "./media_type.ts";
import type { Disposition } from "./read_back.ts";
import { numbersOf, statusOf } from "./status_text.ts";
import { thumbnail } from "./thumbnail.ts";
import type { Transfer } from "./transfer.ts";

const actions = ["pause", "resume", "cancel", "retry", "open", "download"] as const;
type Action = (typeof actions)[number];

const labels: Record<Action, string> = {
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
  retry: "Try again",
  open: "Open",
  download: "Download",
};

/** What a row's buttons do that is not the transfer's own business. */
export interface RowActions {
  /** Reads the stored file back, and gives what is to be told of it, "" if all is well. */
  read(transfer: Transfer, disposition: Disposition): Promise<string>;
}

/** A file's row in the list: it shows what the transfer says, and no more than that. */
export class Row {
  readonly transfer: Transfer;
  readonly element: HTMLElement;
  /** Whether the deployment lets files be read back. */
  isReadable = false;
  readonly #parts = new Map<string, HTMLElement>();

  constructor(transfer: Transfer, rowActions: RowActions) {
    this.transfer = transfer;
    this.element = copyOf("row-template");
    for (const part of this.element.querySelectorAll<HTMLElement>("[data-part]")) {
      this.#parts.set(part.dataset["part"]!, part);
    }
    this.#fillOnce();
    this.#button("pause").addEventListener("click", () => transfer.pause());
    this.#button("resume").addEventListener("click", () => transfer.resume());
    this.#button("cancel").addEventListener("click", () => transfer.cancel());
    this.#button("retry").addEventListener("click", () => transfer.start());
    this.#button("open").addEventListener("click", () => this.#read(rowActions, "inline"));
    this.#button("download").addEventListener("click", () => this.#read(rowActions, "attachment"));
    copyOnClick(this.#button("copy-key"), "The key", this.#part("key"), () => transfer.stored?.key ?? "");
    const sha256 = () => transfer.stored?.sha256 ?? "";
    copyOnClick(this.#button("copy-checksum"), "The SHA-256", this.#part("checksum"), sha256);
    this.#part("key").addEventListener("copy", (event) => {
      // Its two parts are boxes of their own, between which browsers would copy a line break.
      event.clipboardData?.setData("text/plain", transfer.stored?.key ?? "");
      event.preventDefault();
    });
    this.update();
  }

  /** Shows how things are now. */
  update(): void {
    const { transfer } = this;
    const { state } = transfer;
    setText(this.#part("status"), statusOf(transfer));
    setText(this.#part("numbers"), numbersOf(transfer));
    this.#updateProgress();
    const { dataset } = this.element;
    if (dataset["state"] === state && dataset["readable"] === String(this.isReadable)) return;
    const hadFocus = this.element.contains(document.activeElement);
    dataset["state"] = state;
    dataset["readable"] = String(this.isReadable);
    this.#updateButtons();
    this.#updateFacts();
    this.#updateFailure();
    if (hadFocus) this.#keepFocus();
  }

  #part(name: string): HTMLElement {
    return this.#parts.get(name) ?? element(this.element, `[data-part="${name}"]`);
  }

  #button(name: string): HTMLButtonElement {
    return this.#part(name) as HTMLButtonElement;
  }

  #fillOnce(): void {
    const { file, folders, name, type } = this.transfer;
    this.#part("name").textContent = name;
    this.#part("meta").textContent = [folders, size(file.size), type].filter(Boolean).join(" · ");
    this.#part("tile").textContent = extension(name).slice(0, 4) || "file";
    for (const action of actions) {
      this.#button(action).setAttribute("aria-label", `${labels[action]}: ${name}`);
      this.#button(action).title = labels[action];
    }
    this.#part("copy-key").setAttribute("aria-label", `Copy the key of ${name}`);
    this.#part("copy-checksum").setAttribute("aria-label", `Copy the SHA-256 of ${name}`);
    this.#part("progress").setAttribute("aria-label", `Upload of ${name}`);
    thumbnail(file, type, 48).then((canvas) => {
      if (canvas) this.#part("tile").replaceChildren(canvas);
    });
  }

  #updateProgress(): void {
    const { state, progress, file } = this.transfer;
    const bar = this.#part("progress") as HTMLProgressElement;
    // How long that takes is not known.
    if (state === "planning" || state === "finishing") bar.removeAttribute("value");
    else bar.value = file.size > 0 ? progress.sent / file.size : 0;
    bar.style.setProperty("--parts", String(progress.partsTotal));
    bar.dataset["parts"] = progress.partsTotal > 1 && progress.partsTotal <= 64 ? "some" : "one";
  }

  #updateButtons(): void {
    const { transfer } = this;
    const canRead = transfer.state === "stored" && this.isReadable;
    this.#button("pause").hidden = !transfer.canPause;
    this.#button("resume").hidden = transfer.state !== "paused";
    this.#button("cancel").hidden = !transfer.isActive;
    this.#button("retry").hidden = !transfer.canRetry;
    // Where the browser doesn't know the type, the API does, and says so.
    const mayBeShown = isShownInline(transfer.type) || transfer.type === unknownType;
    this.#button("open").hidden = !(canRead && mayBeShown);
    this.#button("download").hidden = !canRead;
    setText(this.#part("said"), "");
  }

  /** On a line that is too short the key's folders are cut, and the name stays. */
  #updateFacts(): void {
    const { stored } = this.transfer;
    this.#part("facts").hidden = !stored;
    this.#part("route").hidden = stored !== undefined || (this.transfer.state === "failed" && !this.transfer.hasBegun);
    if (!stored) return;
    const cut = stored.key.lastIndexOf("/") + 1;
    this.#part("key-folders").textContent = stored.key.slice(0, cut);
    this.#part("key-name").textContent = stored.key.slice(cut);
    this.#part("checksum").textContent = stored.sha256 ?? "";
    this.#part("checksum-title").hidden = this.#part("checksum-line").hidden = !stored.sha256;
  }

  #updateFailure(): void {
    const { failure } = this.transfer;
    this.#part("failure").hidden = !failure;
    if (!failure) return;
    this.#part("failure-title").textContent = failure.message;
    const details = failure.details.map((text) => Object.assign(document.createElement("p"), { textContent: text }));
    this.#part("failure-details").replaceChildren(...details);
    this.#part("failure-advice").textContent = failure.advice;
    this.#part("failure-code").textContent = failure.reference;
  }

  /** A button that goes away hands the focus to the one that comes, so that the keyboard stays in its row. */
  #keepFocus(): void {
    const focused = document.activeElement;
    if (this.element.contains(focused) && focused?.checkVisibility()) return;
    for (const name of [...actions, "copy-key"]) {
      if (this.#button(name).checkVisibility()) return this.#button(name).focus();
    }
    this.element.focus();
  }

  async #read(rowActions: RowActions, disposition: Disposition): Promise<void> {
    const button = this.#button(disposition === "inline" ? "open" : "download");
    setText(this.#part("said"), "");
    button.setAttribute("aria-busy", "true");
    const said = await rowActions.read(this.transfer, disposition);
    button.removeAttribute("aria-busy");
    setText(this.#part("said"), said);
  }
}
