import type { Signpost } from "signpost-client";
import { announce } from "../announce.ts";
import { byId } from "../dom.ts";
import { toFailure } from "../failure.ts";
import { count } from "../format.ts";
import { Overall } from "./summary.ts";
import { Reader } from "./read_back.ts";
import { Row } from "./file_row.ts";
import { type ChosenFile, Transfer } from "./transfer.ts";

const tick = 500; // ms, in which speeds are measured and shown

/** What the list has to do with the rest of the page. */
interface Surroundings {
  signpost: Signpost;
  apiUrl: string;
  /** A file has come to a new state. */
  onStep(transfer: Transfer): void;
  /** Bytes have moved, or parts were stored. */
  onProgress(transfer: Transfer): void;
  /** Only a new sign-in helps. */
  onSessionEnd(): void;
}

/** The files that were added, the newest on top, and what can be done with all of them. */
export class FileList {
  #rows: Row[] = [];
  readonly #rowOf = new Map<Transfer, Row>();
  readonly #changed = new Set<Row>();
  readonly #surroundings: Surroundings;
  readonly #reader: Reader;
  readonly #overall = new Overall();
  #isReadable = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#reader = new Reader(surroundings.signpost, surroundings.apiUrl);
    byId("pause-all").addEventListener("click", () => this.#all((transfer) => transfer.pause(), "resume-all"));
    byId("resume-all").addEventListener("click", () => this.#all((transfer) => transfer.resume(), "pause-all"));
    byId("retry-failed").addEventListener("click", () =>
      this.#all((transfer) => transfer.state === "failed" && transfer.canRetry && transfer.start(), "files-title"),
    );
    byId("clear-finished").addEventListener("click", () => this.#keep((transfer) => transfer.isActive));
    setInterval(() => this.#measure(), tick);
  }

  /** How many are not finished. */
  get active(): number {
    return this.#transfers.filter((transfer) => transfer.isActive).length;
  }

  add(files: ChosenFile[]): void {
    const listener = { onChange: (t: Transfer) => this.#change(t), onStep: (t: Transfer) => this.#step(t) };
    const rows = files.map((file) => {
      const transfer = new Transfer(file, this.#surroundings, listener);
      const row = new Row(transfer, { read: (of, disposition) => this.#read(of, disposition) });
      row.isReadable = this.#isReadable;
      this.#rowOf.set(transfer, row);
      return row;
    });
    this.#rows.unshift(...rows);
    byId("files").prepend(...rows.map((row) => row.element));
    if (files.length > 0) announce(`${count(files.length, "file")} added.`);
    for (const { transfer } of rows) transfer.start();
    this.#overall.show(this.#transfers);
  }

  /** Stops what is under way and forgets all. */
  clear(): void {
    const transfers = this.#transfers;
    this.#keep(() => false);
    for (const transfer of transfers) transfer.cancel();
    this.#isReadable = false;
  }

  get #transfers(): Transfer[] {
    return this.#rows.map((row) => row.transfer);
  }

  /** Does it with every file, in the order they were added; the focus goes to what comes in the button's place. */
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
    this.#overall.show(this.#transfers);
    byId(this.#rows.length > 0 ? "files-title" : "picker").focus();
  }

  /** Shown with the next frame: progress comes more often than anybody can look. */
  #change(transfer: Transfer): void {
    const row = this.#rowOf.get(transfer);
    if (!row) return; // cleared
    if (this.#changed.size === 0) requestAnimationFrame(() => this.#render());
    this.#changed.add(row);
    this.#surroundings.onProgress(transfer);
  }

  #render(): void {
    for (const row of this.#changed) row.update();
    this.#changed.clear();
    this.#overall.show(this.#transfers);
  }

  #step(transfer: Transfer): void {
    if (!this.#rowOf.has(transfer)) return;
    const { state, name, failure, stored } = transfer;
    if (state === "stored") announce(`${name} is stored.`);
    if (state === "aborted") announce(`${name}: cancelled.`);
    if (state === "paused") announce(`${name}: paused.`);
    if (state === "failed" && failure) {
      announce(`${name}: ${failure.sentence}`);
      if (failure.signIn) this.#surroundings.onSessionEnd();
    }
    this.#surroundings.onStep(transfer);
    if (stored) void this.#offerReading(stored.key);
  }

  async #offerReading(key: string): Promise<void> {
    if (this.#isReadable || !(await this.#reader.isOffered(key))) return;
    this.#isReadable = true;
    for (const row of this.#rows) {
      row.isReadable = true;
      row.update();
    }
  }

  async #read(transfer: Transfer, disposition: "inline" | "attachment"): Promise<string> {
    try {
      await this.#reader.read(transfer.stored?.key ?? "", transfer.name, disposition);
      return "";
    } catch (error) {
      const failure = toFailure(error);
      announce(`${transfer.name}: ${failure.sentence}`);
      if (failure.signIn) this.#surroundings.onSessionEnd();
      return `${failure.sentence} (${failure.reference})`;
    }
  }

  #measure(): void {
    for (const row of this.#rows) {
      if (row.transfer.state !== "uploading") continue;
      row.transfer.speed.sample(row.transfer.moved);
      row.update();
    }
    this.#overall.measure(this.#transfers);
  }
}
