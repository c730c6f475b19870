import type { Signpost } from "signpost-client";
import { announce } from "../announce.ts";
import { byId } from "../dom.ts";
import { toFailure } from "../error_messages.ts";
import { count } from "../format.ts";
import { FileRow } from "./file_row.ts";
import { type Disposition, ReadBack } from "./read_back.ts";
import { Summary } from "./summary.ts";
import { type ChosenFile, Transfer, type UploadAs } from "./transfer.ts";

const measureInterval = 500; // ms

interface FileListOptions {
  signpost: Signpost;
  apiUrl: string;
  /** Called when a file has a new state. */
  onState(transfer: Transfer): void;
  /** Called as bytes are sent and parts stored. */
  onProgress(transfer: Transfer): void;
  /** Called when the user has to sign in again. */
  onSessionEnd(): void;
}

/** The list of files, the newest at the top, and the buttons for all of them. */
export class FileList {
  #rows: FileRow[] = [];
  readonly #rowOf = new Map<Transfer, FileRow>();
  readonly #changedRows = new Set<FileRow>();
  readonly #options: FileListOptions;
  readonly #readBack: ReadBack;
  readonly #summary = new Summary();

  constructor(options: FileListOptions) {
    this.#options = options;
    this.#readBack = new ReadBack(options.signpost, options.apiUrl);
    byId("pause-all").addEventListener("click", () => this.#all((transfer) => transfer.pause(), "resume-all"));
    byId("resume-all").addEventListener("click", () => this.#all((transfer) => transfer.resume(), "pause-all"));
    byId("retry-failed").addEventListener("click", () =>
      this.#all((transfer) => transfer.state === "failed" && transfer.canRetry && transfer.start(), "files-title"),
    );
    byId("clear-finished").addEventListener("click", () => {
      this.#keep((transfer) => transfer.isActive);
      this.#moveFocus();
    });
    setInterval(() => this.#measure(), measureInterval);
  }

  /** The number of files that are not finished. */
  get active(): number {
    return this.#transfers.filter((transfer) => transfer.isActive).length;
  }

  add(files: (ChosenFile & { as: UploadAs })[]): void {
    const listener = { onChange: (t: Transfer) => this.#changed(t), onState: (t: Transfer) => this.#stateChanged(t) };
    const rows = files.map((file) => {
      const transfer = new Transfer(file, this.#options, listener);
      const row = new FileRow(transfer, { read: (of, disposition) => this.#read(of, disposition) });
      this.#rowOf.set(transfer, row);
      return row;
    });
    this.#rows.unshift(...rows);
    byId("files").prepend(...rows.map((row) => row.element));
    if (files.length > 0) announce(`${count(files.length, "file")} added.`);
    for (const { transfer } of rows) transfer.start();
    this.#summary.show(this.#transfers);
  }

  /** Takes off the list what has been deleted since it was stored. */
  forget(keys: string[]): void {
    this.#keep(({ stored }) => !stored || !keys.includes(stored.key));
  }

  /** Cancels all uploads and empties the list. */
  clear(): void {
    const transfers = this.#transfers;
    this.#keep(() => false);
    this.#moveFocus();
    for (const transfer of transfers) transfer.cancel();
  }

  get #transfers(): Transfer[] {
    return this.#rows.map((row) => row.transfer);
  }

  /**
   * Acts on every file, in the order they were added. The focus moves to what replaces the button
   * that was pressed.
   */
  #all(act: (transfer: Transfer) => void, next: string): void {
    for (const transfer of this.#transfers.toReversed()) act(transfer);
    this.#render();
    byId(next).focus();
  }

  #keep(wanted: (transfer: Transfer) => boolean): void {
    for (const { transfer, element } of this.#rows.filter((row) => !wanted(row.transfer))) {
      element.remove();
      this.#rowOf.delete(transfer);
    }
    this.#rows = this.#rows.filter((row) => wanted(row.transfer));
    this.#summary.show(this.#transfers);
  }

  /** The button that was pressed may be gone. */
  #moveFocus(): void {
    byId(this.#rows.length > 0 ? "files-title" : "picker").focus();
  }

  /** Updates the row in the next frame: progress events are more frequent than frames. */
  #changed(transfer: Transfer): void {
    const row = this.#rowOf.get(transfer);
    if (!row) return; // It is no longer in the list.
    if (this.#changedRows.size === 0) requestAnimationFrame(() => this.#render());
    this.#changedRows.add(row);
    this.#options.onProgress(transfer);
  }

  #render(): void {
    for (const row of this.#changedRows) row.update();
    this.#changedRows.clear();
    this.#summary.show(this.#transfers);
  }

  #stateChanged(transfer: Transfer): void {
    if (!this.#rowOf.has(transfer)) return;
    const { state, name, failure } = transfer;
    if (state === "stored") announce(`${name} is stored.`);
    if (state === "aborted") announce(`${name}: cancelled.`);
    if (state === "paused") announce(`${name}: paused.`);
    if (state === "failed" && failure) {
      announce(`${name}: ${failure.sentence}`);
      if (failure.signIn) this.#options.onSessionEnd();
    }
    this.#options.onState(transfer);
  }

  async #read(transfer: Transfer, disposition: Disposition): Promise<string> {
    try {
      await this.#readBack.read(transfer.stored?.key ?? "", transfer.name, disposition);
      return "";
    } catch (error) {
      const failure = toFailure(error);
      announce(`${transfer.name}: ${failure.sentence}`);
      if (failure.signIn) this.#options.onSessionEnd();
      return `${failure.sentence} (${failure.reference})`;
    }
  }

  #measure(): void {
    for (const row of this.#rows) {
      if (row.transfer.state !== "uploading") continue;
      row.transfer.speed.sample(row.transfer.bytesSent);
      row.update();
    }
    this.#summary.measure(this.#transfers);
  }
}
