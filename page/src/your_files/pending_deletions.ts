import { announce } from "../announce.ts";
import { byId } from "../dom.ts";
import { count } from "../format.ts";
import { shownName, type StoredFile } from "./stored_file.ts";

const undoTime = 8_000; // ms

interface PendingDeletionsOptions {
  /** Deletes the files. The user can no longer undo it. */
  send(files: StoredFile[]): void;
  /** Called when the user has undone the deletion of these files. */
  restore(files: StoredFile[]): void;
}

/**
 * Deletions that the user can still undo, and the message that offers it. Nothing is sent before
 * the message goes: of a bucket without versions, S3 can't bring a file back. A page that is left
 * earlier has deleted nothing, so it asks before it is left.
 */
export class PendingDeletions {
  #files: StoredFile[] = [];
  #timer = 0;
  readonly #options: PendingDeletionsOptions;

  constructor(options: PendingDeletionsOptions) {
    this.#options = options;
    byId("undo").addEventListener("click", () => this.undo());
    addEventListener("keydown", (event) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z";
      if (!isUndo || this.#files.length === 0 || isTextField(event.target)) return;
      event.preventDefault();
      this.undo();
    });
  }

  /** Adds files. Those whose message is still shown stay with them: one Undo brings back all. */
  add(files: StoredFile[]): void {
    this.#files.push(...files);
    const text = `${this.#files.length === 1 ? shownName(this.#files[0]!) : count(this.#files.length, "file")} deleted.`;
    byId("undo-text").textContent = text;
    byId("undo-message").hidden = false;
    announce(`${text} Press Control Z to undo.`);
    this.#wait(undoTime);
  }

  undo(): void {
    const files = this.#take();
    if (files.length === 0) return;
    this.#options.restore(files);
    announce(`${files.length === 1 ? shownName(files[0]!) : count(files.length, "file")} restored.`);
  }

  /** Drops the deletions. */
  clear(): void {
    this.#take();
  }

  #wait(time: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      // Who is about to press Undo gets the time (owncloud/ocis#12650).
      if (byId("undo-message").matches(":hover, :focus-within")) return this.#wait(1000);
      this.#options.send(this.#take());
    }, time);
  }

  #take(): StoredFile[] {
    clearTimeout(this.#timer);
    byId("undo-message").hidden = true;
    const files = this.#files;
    this.#files = [];
    return files;
  }
}

/** Whether Ctrl+Z there undoes what was typed. */
function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "radio";
}
