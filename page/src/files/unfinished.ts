import { byId } from "../dom.ts";
import { percent, size } from "../format.ts";
import { readable } from "./accepted_text.ts";
import type { Transfer } from "./transfer.ts";

interface UnfinishedFile {
  name: string;
  size: number;
  sent: number;
  /** As what it was being uploaded: the client resumes it only as the same. */
  kind: string | null;
  metadata: Record<string, string>;
}

const storageKey = "signpost-page:unfinished";

/**
 * Large files that were still uploading when this page was closed or reloaded. The client resumes
 * them when the user chooses them again. A page can't open files by itself, so this asks the user
 * to.
 *
 * The list is in sessionStorage, because each tab has its own uploads.
 */
export class UnfinishedFiles {
  #recorded: UnfinishedFile[] = load();
  #shown: UnfinishedFile[] = [];
  readonly #partsRecorded = new WeakMap<Transfer, number>();

  constructor(onDiscard: () => void) {
    byId("discard-unfinished").addEventListener("click", () => {
      this.clear();
      onDiscard();
      byId("picker").focus();
    });
  }

  /** Shows the files that an earlier page left unfinished. */
  show(): void {
    this.#shown = this.#recorded;
    this.#render();
  }

  /** The last file that an earlier page left unfinished, or the one that this file is. */
  find(file?: File): UnfinishedFile | undefined {
    return this.#shown.findLast(({ name, size }) => !file || (name === file.name && size === file.size));
  }

  /** Records the file again once S3 has another of its parts. */
  recordParts(transfer: Transfer): void {
    if (this.#partsRecorded.get(transfer) === transfer.progress.partsDone) return;
    this.#partsRecorded.set(transfer, transfer.progress.partsDone);
    this.record(transfer);
  }

  /**
   * Records the progress of a file in parts, and removes the file when it is stored, cancelled or
   * refused.
   */
  record(transfer: Transfer): void {
    const { name, file, progress, state, as } = transfer;
    const isOther = (other: UnfinishedFile) => other.name !== name || other.size !== file.size;
    // A file that can't be read may be chosen again. WebKit reports all files as such while the
    // user leaves the page.
    const isRefused = state === "failed" && !transfer.canRetry && transfer.failure?.code !== "NotReadable";
    const isOver = state === "stored" || state === "aborted" || isRefused;
    if (progress.partsTotal === 1 && !isOver) return;
    if (this.#shown.some((shown) => !isOther(shown))) {
      this.#shown = this.#shown.filter(isOther); // The user has chosen it again.
      this.#render();
    }
    const others = this.#recorded.filter(isOther);
    if (isOver && others.length === this.#recorded.length) return;
    const record = { name, size: file.size, sent: progress.sent, kind: as.kind.kind, metadata: as.metadata };
    this.#recorded = isOver ? others : [...others, record];
    save(this.#recorded);
  }

  /** Removes all files from the list. */
  clear(): void {
    this.#recorded = this.#shown = [];
    save([]);
    this.#render();
  }

  #render(): void {
    byId("unfinished").hidden = this.#shown.length === 0;
    byId("unfinished-files").replaceChildren(
      ...this.#shown.map(({ name, size: total, sent, kind }) => {
        const item = document.createElement("li");
        const bold = document.createElement("strong");
        bold.textContent = name;
        item.append(bold, ` ${size(total)}, ${percent(sent, total)} sent${kind ? `, as ${readable(kind)}` : ""}`);
        return item;
      }),
    );
  }
}

function load(): UnfinishedFile[] {
  try {
    const recorded: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(recorded) ? (recorded as UnfinishedFile[]) : [];
  } catch {
    return []; // The browser blocks storage.
  }
}

function save(files: UnfinishedFile[]): void {
  try {
    if (files.length === 0) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, JSON.stringify(files));
  } catch {
    // The browser blocks storage, or it is full: a reload then doesn't show these files.
  }
}
