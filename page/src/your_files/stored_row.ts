import { cloneTemplate, element, setText } from "../dom.ts";
import { date, size } from "../format.ts";
import { canOpenByName, extension } from "../files/media_type.ts";
import type { Disposition } from "../files/read_back.ts";
import { scanText } from "./scan_text.ts";
import { shownName, type StoredFile } from "./stored_file.ts";

/** What the user may do with files, beyond reading them. */
export interface RowFeatures {
  deletions: boolean;
  /** Whether files are scanned for malware, and can be read only once that has found none. */
  scans: boolean;
}

export interface StoredRowActions {
  /** Opens or saves the file. Resolves to an error message, or "". */
  read(file: StoredFile, disposition: Disposition): Promise<string>;
  delete(file: StoredFile): void;
  /** Called when the row is selected, or no longer. */
  onSelect(): void;
}

/** A stored file's row. */
export class StoredRow {
  readonly file: StoredFile;
  readonly element: HTMLElement;
  readonly #features: RowFeatures;

  constructor(file: StoredFile, features: RowFeatures, actions: StoredRowActions) {
    this.file = file;
    this.#features = features;
    this.element = cloneTemplate("stored-file-template");
    this.#part("tile").textContent = extension(file.name).slice(0, 4) || "file";
    this.#part("select").addEventListener("change", () => actions.onSelect());
    this.#part("open").addEventListener("click", () => this.#read(actions, "inline"));
    this.#part("download").addEventListener("click", () => this.#read(actions, "attachment"));
    this.#part("delete").addEventListener("click", () => actions.delete(file));
    this.update();
  }

  /** Whether the user may read the file now. */
  get isReadable(): boolean {
    return this.file.downloads && (!this.#features.scans || this.file.scan === "NO_THREATS_FOUND");
  }

  get isSelected(): boolean {
    return (this.#part("select") as HTMLInputElement).checked;
  }

  set isSelected(value: boolean) {
    (this.#part("select") as HTMLInputElement).checked = value;
  }

  /** Shows the current state. */
  update(): void {
    const { file } = this;
    const { deletions, scans } = this.#features;
    const name = shownName(file);
    setText(this.#part("name"), name);
    setText(this.#part("kind-size"), [file.kindName, size(file.size)].filter(Boolean).join(" · "));
    const time = this.#part("date") as HTMLTimeElement;
    time.dateTime = file.lastModified.toISOString();
    setText(time, date(file.lastModified));
    for (const [part, label] of [["select", "Select"], ["open", "Open"], ["download", "Download"], ["delete", "Delete"]] as const) {
      this.#part(part).setAttribute("aria-label", `${label}: ${name}`);
    }
    this.#part("open").hidden = !(this.isReadable && canOpenByName(file.name));
    this.#part("download").hidden = !this.isReadable;
    this.#part("delete").hidden = this.#part("select").hidden = !deletions;
    this.#part("scan").hidden = !scans;
    this.#part("scan").dataset["status"] = file.scan ?? "";
    setText(this.#part("scan"), scanText(file.scan));
    setText(this.#part("error"), file.error ?? "");
  }

  /** Moves the focus to the row's last button, or to the row. */
  focus(): void {
    const button = this.#part("delete");
    (button.hidden ? this.element : button).focus();
  }

  showPicture(picture: HTMLElement): void {
    this.#part("tile").replaceChildren(picture);
  }

  #part(name: string): HTMLElement {
    return element(this.element, `[data-part="${name}"]`);
  }

  async #read(actions: StoredRowActions, disposition: Disposition): Promise<void> {
    const button = this.#part(disposition === "inline" ? "open" : "download");
    setText(this.#part("error"), "");
    button.setAttribute("aria-busy", "true");
    const message = await actions.read(this.file, disposition);
    button.removeAttribute("aria-busy");
    setText(this.#part("error"), message);
  }
}
