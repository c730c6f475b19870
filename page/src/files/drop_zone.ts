import { byId } from "../dom.ts";
import { readDropped, readPicked } from "./dropped_files.ts";
import type { ChosenFile } from "./transfer.ts";

interface DropZoneOptions {
  /** Whether the page accepts files now. */
  isOpen(): boolean;
  /** What the user must do before files can be chosen, or "". */
  missing(): string;
  /** Called when the user has chosen files. Returns what takes them once they are read. */
  receive(): (files: ChosenFile[]) => void;
}

/** Accepts files from the two pickers, dropped anywhere on the page, and pasted. */
export function openDropZone(options: DropZoneOptions): void {
  acceptPicked("picker", options);
  acceptPicked("folder-picker", options);
  acceptDropped(options);
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!options.isOpen() || !files || files.length === 0) return;
    event.preventDefault();
    showProblems([]);
    options.receive()(readPicked(files));
  });
}

function acceptPicked(id: string, { missing, receive }: DropZoneOptions): void {
  const input = byId<HTMLInputElement>(id);
  input.addEventListener("click", (event) => {
    const problem = missing();
    if (problem) event.preventDefault(); // The browser then doesn't ask for files.
    showProblems([problem]);
  });
  input.addEventListener("change", () => {
    const files = readPicked(input.files ?? []);
    showProblems([]);
    receive()(files);
    input.value = ""; // The same file can then be chosen again.
  });
}

function acceptDropped({ isOpen, receive }: DropZoneOptions): void {
  const zone = byId("drop-zone");
  let depth = 0; // Every element under the pointer fires dragenter and dragleave.
  const setDepth = (value: number) => {
    depth = Math.max(0, value);
    zone.classList.toggle("is-over", depth > 0);
  };
  addEventListener("dragenter", (event) => {
    if (isOpen() && hasFiles(event)) setDepth(depth + 1);
  });
  addEventListener("dragleave", () => setDepth(depth - 1));
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // Otherwise the browser leaves the page to open the file.
    if (event.dataTransfer) event.dataTransfer.dropEffect = isOpen() ? "copy" : "none";
  });
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setDepth(0);
    if (!isOpen() || !event.dataTransfer) return;
    const add = receive(); // Now: the user may choose another kind while folders are read.
    const { files, problems } = await readDropped(event.dataTransfer);
    showProblems(problems);
    if (files.length > 0) add(files);
  });
}

/** Shows why files can't be uploaded. */
export function showProblems(problems: string[]): void {
  byId("drop-note").textContent = problems.join(" ");
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
