import { byId } from "../dom.ts";
import { percent, size } from "../format.ts";
import { readNote, writeNote } from "./session_store.ts";
import type { Transfer } from "./transfer.ts";

interface Unfinished {
  name: string;
  size: number;
  sent: number;
}

const storageKey = "signpost-page:unfinished";

/**
 * Large files that were under way when this page was closed or reloaded. The client goes on with them by itself when
 * the same file is chosen again; a page can't reach for a file on its own, so this tells its user to.
 *
 * They are noted in sessionStorage: other tabs have files of their own under way.
 */
export class UnfinishedFiles {
  #noted: Unfinished[] = read();
  #left: Unfinished[] = [];
  readonly #partsNoted = new WeakMap<Transfer, number>();

  constructor(onForget: () => void) {
    byId("forget-unfinished").addEventListener("click", () => {
      this.clear();
      onForget();
      byId("picker").focus();
    });
  }

  /** Tells of what an earlier page has left. */
  show(): void {
    this.#left = this.#noted;
    this.#render();
  }

  /** Notes it when another part is stored. */
  noteParts(transfer: Transfer): void {
    if (this.#partsNoted.get(transfer) === transfer.progress.partsDone) return;
    this.#partsNoted.set(transfer, transfer.progress.partsDone);
    this.note(transfer);
  }

  /** Notes how far a file is that goes in parts, until it is stored, cancelled or refused. */
  note(transfer: Transfer): void {
    const { name, file, progress, state } = transfer;
    const isOther = (other: Unfinished) => other.name !== name || other.size !== file.size;
    // What can't be read can be chosen again. It is also what WebKit tells a page of its files as the page is left.
    const isRefused = state === "failed" && !transfer.canRetry && transfer.failure?.code !== "NotReadable";
    const isOver = state === "stored" || state === "aborted" || isRefused;
    if (progress.partsTotal === 1 && !isOver) return;
    if (this.#left.some((other) => !isOther(other))) {
      this.#left = this.#left.filter(isOther); // it was chosen again
      this.#render();
    }
    const others = this.#noted.filter(isOther);
    if (isOver && others.length === this.#noted.length) return;
    this.#noted = isOver ? others : [...others, { name, size: file.size, sent: progress.sent }];
    writeNote(storageKey, this.#noted.length > 0 ? this.#noted : null);
  }

  /** Forgets them, as is fit when the user signs out. */
  clear(): void {
    this.#noted = this.#left = [];
    writeNote(storageKey, null);
    this.#render();
  }

  #render(): void {
    byId("unfinished").hidden = this.#left.length === 0;
    byId("unfinished-files").replaceChildren(
      ...this.#left.map(({ name, size: total, sent }) => {
        const item = document.createElement("li");
        const bold = document.createElement("strong");
        bold.textContent = name;
        item.append(bold, ` ${size(total)}, ${percent(sent, total)} sent`);
        return item;
      }),
    );
  }
}

function read(): Unfinished[] {
  const noted = readNote(storageKey);
  return Array.isArray(noted) ? (noted as Unfinished[]) : [];
}
