import { makeCopyButton } from "../copy_button.ts";
import { cloneTemplate, element, setText } from "../dom.ts";
import { size } from "../format.ts";
import { canOpen, extension } from "./media_type.ts";
import type { Disposition } from "./read_back.ts";
import { progressText, statusText } from "./status_text.ts";
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

/** The actions of a row that are not the transfer's own. */
export interface RowActions {
  /** Opens or saves the stored file. Resolves to an error message, or "". */
  read(transfer: Transfer, disposition: Disposition): Promise<string>;
}

/** A file's row in the list. It shows the state of the transfer, and has none of its own. */
export class FileRow {
  readonly transfer: Transfer;
  readonly element: HTMLElement;
  readonly #parts = new Map<string, HTMLElement>();

  constructor(transfer: Transfer, rowActions: RowActions) {
    this.transfer = transfer;
    this.element = cloneTemplate("row-template");
    for (const part of this.element.querySelectorAll<HTMLElement>("[data-part]")) {
      this.#parts.set(part.dataset["part"]!, part);
    }
    this.#fill();
    this.#button("pause").addEventListener("click", () => transfer.pause());
    this.#button("resume").addEventListener("click", () => transfer.resume());
    this.#button("cancel").addEventListener("click", () => transfer.cancel());
    this.#button("retry").addEventListener("click", () => transfer.start());
    this.#button("open").addEventListener("click", () => this.#read(rowActions, "inline"));
    this.#button("download").addEventListener("click", () => this.#read(rowActions, "attachment"));
    makeCopyButton(this.#button("copy-key"), "Key", this.#part("key"), () => transfer.stored?.key ?? "");
    const sha256 = () => transfer.stored?.sha256 ?? "";
    makeCopyButton(this.#button("copy-checksum"), "SHA-256", this.#part("checksum"), sha256);
    this.#part("key").addEventListener("copy", (event) => {
      // The key is in two boxes. Browsers would copy a line break between them.
      event.clipboardData?.setData("text/plain", transfer.stored?.key ?? "");
      event.preventDefault();
    });
    this.update();
  }

  /** Shows the current state. */
  update(): void {
    const { transfer } = this;
    const { state, folders, file, type, as } = transfer;
    setText(this.#part("meta"), [folders, as.kindName, size(file.size), type].filter(Boolean).join(" · "));
    setText(this.#part("status"), statusText(transfer));
    setText(this.#part("numbers"), progressText(transfer));
    this.#updateProgress();
    const { dataset } = this.element;
    if (dataset["state"] === state) return;
    const hadFocus = this.element.contains(document.activeElement);
    dataset["state"] = state;
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

  #fill(): void {
    const { file, name, type } = this.transfer;
    this.#part("name").textContent = name;
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
    // How long these states last is unknown.
    if (state === "planning" || state === "finishing") bar.removeAttribute("value");
    else bar.value = file.size > 0 ? progress.sent / file.size : 0;
    bar.style.setProperty("--parts", String(progress.partsTotal));
    bar.dataset["parts"] = progress.partsTotal > 1 && progress.partsTotal <= 64 ? "some" : "one";
  }

  #updateButtons(): void {
    const { transfer } = this;
    this.#button("pause").hidden = !transfer.canPause;
    this.#button("resume").hidden = transfer.state !== "paused";
    this.#button("cancel").hidden = !transfer.isActive;
    this.#button("retry").hidden = !transfer.canRetry;
    this.#button("open").hidden = !(transfer.isReadable && canOpen(transfer.type));
    this.#button("download").hidden = !transfer.isReadable;
    setText(this.#part("read-error"), "");
  }

  /** The key is split, so that a line that is too short cuts its folders rather than its name. */
  #updateFacts(): void {
    const { stored } = this.transfer;
    this.#part("facts").hidden = !stored;
    this.#part("route").hidden = stored !== undefined || (this.transfer.state === "failed" && !this.transfer.hasBegun);
    if (!stored) return;
    const split = stored.key.lastIndexOf("/") + 1;
    this.#part("key-folders").textContent = stored.key.slice(0, split);
    this.#part("key-name").textContent = stored.key.slice(split);
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

  /** Moves the focus from a button that has disappeared to another one in the row. */
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
    setText(this.#part("read-error"), "");
    button.setAttribute("aria-busy", "true");
    const message = await rowActions.read(this.transfer, disposition);
    button.removeAttribute("aria-busy");
    setText(this.#part("read-error"), message);
  }
}
