import type { Limits, Signpost } from "signpost-client";
import { Files, RemovalError } from "signpost-client/files";
import { announce } from "../announce.ts";
import { byId, setText } from "../dom.ts";
import { listingFailure, removalFailure, toFailure } from "../error_messages.ts";
import type { Failure } from "../failure.ts";
import type { Transfer } from "../files/transfer.ts";
import { type Disposition, ReadBack } from "../files/read_back.ts";
import { count, size } from "../format.ts";
import { listAll } from "./list_all.ts";
import { PendingDeletions } from "./pending_deletions.ts";
import { pictureOf } from "./picture.ts";
import { scanText } from "./scan_text.ts";
import { Selection } from "./selection.ts";
import { fromList, fromTransfer, shownName, type StoredFile } from "./stored_file.ts";
import { StoredRow } from "./stored_row.ts";
import { VisibleRows } from "./visible_rows.ts";

const step = 50; // rows

type State = "none" | "loading" | "known" | "failed";

interface YourFilesOptions {
  signpost: Signpost;
  apiUrl: string;
  /** Called with the keys of files that have been deleted. */
  onDeleted(keys: string[]): void;
  /** Called when the user has to sign in again. */
  onSessionEnd(): void;
}

/** The signed-in user's stored files. They are listed when the user first looks. */
export class YourFiles {
  readonly #options: YourFilesOptions;
  readonly #files: Files;
  readonly #readBack: ReadBack;
  readonly #pending: PendingDeletions;
  readonly #selection: Selection;
  readonly #visible = new VisibleRows((row) => this.#complete(row));
  #limits: Limits | undefined;
  #state: State = "none";
  #work = new AbortController(); // ends with the user's session
  #loading = new AbortController();
  #all: StoredFile[] = []; // newest first
  readonly #uploaded = new Map<string, StoredFile>(); // by this page, by key
  readonly #deleted = new Set<string>(); // keys: of files that are gone, about to be, or can be brought back
  readonly #unsent = new Set<string>(); // those keys of them that S3 hasn't confirmed
  #rows: StoredRow[] = []; // those that are shown, in order
  #limit = step;

  constructor(options: YourFilesOptions) {
    this.#options = options;
    this.#files = new Files(options.signpost);
    this.#readBack = new ReadBack(options.signpost, options.apiUrl);
    this.#pending = new PendingDeletions({ send: (files) => this.#remove(files), restore: (files) => this.#restore(files, true) });
    this.#selection = new Selection({ rows: () => this.#rows, delete: (rows) => this.#delete(rows.map(({ file }) => file)) });
    byId("list-again").addEventListener("click", () => {
      byId("your-files-title").focus(); // The button goes.
      void this.#load();
    });
    byId("refresh-files").addEventListener("click", () => this.#load());
    byId("show-more").addEventListener("click", () => this.#showMore());
  }

  /** The number of files that the user has deleted, and that S3 may still have. */
  get unsent(): number {
    return this.#unsent.size;
  }

  /** Takes what the user may do. */
  offer(limits: Limits): void {
    this.#limits = limits;
  }

  /** Lists the files, unless they are listed. */
  open(): void {
    if (this.#state === "none" && this.#limits?.features.listings) void this.#load();
  }

  /** Adds a file that has just been stored. */
  add(transfer: Transfer): void {
    const file = fromTransfer(transfer);
    this.#uploaded.set(file.key, file);
    if (this.#state === "none") return;
    this.#all.unshift(file);
    this.#render();
  }

  /** Forgets the user's files, and stops all work on them. */
  clear(): void {
    this.#work.abort();
    this.#work = new AbortController();
    this.#loading.abort();
    this.#pending.clear();
    this.#limits = undefined;
    this.#all = [];
    this.#limit = step;
    for (const known of [this.#uploaded, this.#deleted, this.#unsent]) known.clear();
    this.#show("none");
  }

  async #load(): Promise<void> {
    const limits = this.#limits!;
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    const before = new Set(this.#uploaded.keys());
    this.#show("loading");
    try {
      const onCount = (files: number) => setText(byId("your-files-summary"), `Listing your files: ${files} so far…`);
      const listed = await listAll(this.#files, { kinds: limits.kinds, signal, onCount });
      if (signal.aborted) return;
      const known = new Map([...this.#uploaded, ...this.#all.map((file) => [file.key, file] as const)]);
      const files = listed.map((file) => known.get(file.key) ?? fromList(file, limits));
      const keys = new Set(files.map(({ key }) => key));
      // S3 may have stored them after it listed their kind.
      const added = [...this.#uploaded.values()].filter(({ key }) => !before.has(key) && !keys.has(key));
      this.#all = [...added.toReversed(), ...files];
      this.#show("known");
      for (const row of this.#rows) this.#visible.watch(row);
      announce(files.length === 0 ? "You have no files here yet." : `${count(files.length, "file")} listed.`);
    } catch (error) {
      if (signal.aborted) return;
      this.#show("failed", this.#noteSession(listingFailure(error, this.#options.apiUrl)));
    }
  }

  #show(state: State, failure?: Failure): void {
    this.#state = state;
    byId("list-failure").hidden = !failure;
    setText(byId("list-error"), failure ? `${failure.sentence} (${failure.reference})` : "");
    this.#render();
  }

  /** Shows the newest files. Rows that stay are not touched, so the focus stays in them. */
  #render(): void {
    const files = this.#all.filter(({ key }) => !this.#deleted.has(key));
    const gone = new Map(this.#rows.map((row) => [row.file.key, row]));
    this.#rows = files.slice(0, this.#limit).map((file) => {
      const row = gone.get(file.key);
      gone.delete(file.key);
      return row ?? this.#newRow(file);
    });
    for (const row of gone.values()) {
      this.#visible.unwatch(row);
      row.element.remove();
    }
    const list = byId("your-files-list");
    this.#rows.forEach(({ element }, i) => list.children[i] !== element && list.insertBefore(element, list.children[i] ?? null));
    const isKnown = this.#state === "known";
    list.hidden = this.#rows.length === 0;
    byId("no-files").hidden = !isKnown || files.length > 0;
    byId("refresh-files").hidden = !isKnown;
    byId("selection").hidden = this.#rows.length === 0 || !this.#limits?.features.deletions;
    byId("show-more").hidden = files.length <= this.#limit;
    setText(byId("your-files-summary"), this.#state === "loading" ? "Listing your files…" : summary(files, this.#rows.length));
    this.#selection.update();
  }

  #newRow(file: StoredFile): StoredRow {
    const actions = {
      read: (of: StoredFile, disposition: Disposition) => this.#read(of, disposition),
      delete: (of: StoredFile) => this.#delete([of]),
      onSelect: () => this.#selection.update(),
    };
    const row = new StoredRow(file, this.#limits!.features, actions);
    this.#visible.watch(row);
    return row;
  }

  /**
   * Finds what S3's list lacks, of a row that has come into view: up to three times two requests. It
   * fails quietly, since the file may just have been deleted elsewhere.
   */
  async #complete(row: StoredRow): Promise<void> {
    const { signal } = this.#work;
    const { file } = row;
    try {
      if (this.#limits?.features.scans) await this.#findScan(row, signal);
      if (!row.isReadable) return;
      const [picture] = await Promise.all([pictureOf(this.#files, file, signal), this.#findName(file, signal)]);
      if (signal.aborted) return;
      row.update();
      if (picture) row.showPicture(picture);
    } catch {
      // The row has the key's name, and its buttons say what is wrong.
    }
  }

  async #findName(file: StoredFile, signal: AbortSignal): Promise<void> {
    file.originalName ??= await this.#files.name(file.key, { signal });
  }

  /** Asks for the scan now. If it is not over, the client goes on asking, less and less often. */
  async #findScan(row: StoredRow, signal: AbortSignal): Promise<void> {
    const { file } = row;
    if (file.scan && file.scan !== "pending") return;
    file.scan = await this.#files.scan(file.key, { signal });
    row.update();
    if (file.scan !== "pending") return;
    this.#files.scanned(file.key, { signal }).then(
      (verdict) => {
        file.scan = verdict;
        row.update();
        announce(`${shownName(file)}: ${scanText(verdict)}.`);
        this.#visible.watch(row);
      },
      () => {}, // It stays pending, until the list is read again.
    );
  }

  #showMore(): void {
    const first = this.#rows.length;
    this.#limit += step;
    this.#render();
    this.#rows[first]?.element.focus();
    announce(`${this.#rows.length} files shown.`);
  }

  /**
   * Takes the files off the list. The focus moves to the row that follows, or else to the one before:
   * it would otherwise go back to the page's start (WordPress/gutenberg#82240).
   */
  #delete(files: StoredFile[]): void {
    const last = this.#rows.findLastIndex(({ file }) => files.includes(file));
    const next = [...this.#rows.slice(last + 1), ...this.#rows.slice(0, last).toReversed()].find(({ file }) => !files.includes(file));
    for (const file of files) {
      delete file.error;
      this.#deleted.add(file.key);
      this.#unsent.add(file.key);
    }
    this.#render();
    if (next) next.focus();
    else byId("your-files-title").focus();
    this.#pending.add(files);
  }

  async #remove(files: StoredFile[]): Promise<void> {
    const { signal } = this.#work;
    const keys = files.map(({ key }) => key);
    const failures = new Map<string, unknown>();
    try {
      await this.#files.remove(keys, { signal });
    } catch (error) {
      if (signal.aborted) return;
      const failed = error instanceof RemovalError ? error.failed : keys.map((key) => ({ key, error }));
      for (const { key, error } of failed) failures.set(key, error);
    }
    if (signal.aborted) return;
    for (const key of keys) this.#unsent.delete(key);
    this.#all = this.#all.filter(({ key }) => !keys.includes(key) || failures.has(key));
    this.#options.onDeleted(keys.filter((key) => !failures.has(key)));
    const kept = files.filter(({ key }) => failures.has(key));
    if (kept.length > 0) this.#showNotDeleted(kept, failures);
  }

  #showNotDeleted(files: StoredFile[], errors: Map<string, unknown>): void {
    const failures = files.map((file) => {
      const failure = removalFailure(errors.get(file.key), this.#options.apiUrl);
      file.error = `Not deleted. ${failure.sentence} (${failure.reference})`;
      return failure;
    });
    this.#restore(files, false);
    announce(`${files.length === 1 ? shownName(files[0]!) : count(files.length, "file")} not deleted. ${failures[0]!.sentence}`);
    this.#noteSession(failures.find(({ signIn }) => signIn) ?? failures[0]!);
  }

  #restore(files: StoredFile[], moveFocus: boolean): void {
    for (const { key } of files) {
      this.#deleted.delete(key);
      this.#unsent.delete(key);
    }
    this.#render();
    if (moveFocus) this.#rows.find(({ file }) => files.includes(file))?.focus();
  }

  async #read(file: StoredFile, disposition: Disposition): Promise<string> {
    try {
      await this.#readBack.read(file.key, file.originalName, disposition);
      return "";
    } catch (error) {
      const failure = this.#noteSession(toFailure(error));
      announce(`${shownName(file)}: ${failure.sentence}`);
      return `${failure.sentence} (${failure.reference})`;
    }
  }

  #noteSession(failure: Failure): Failure {
    if (failure.signIn) this.#options.onSessionEnd();
    return failure;
  }
}

function summary(files: StoredFile[], shown: number): string {
  if (files.length === 0) return "";
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const all = `${count(files.length, "file")} · ${size(bytes)}`;
  return shown < files.length ? `${all} · the newest ${shown} are shown` : all;
}
