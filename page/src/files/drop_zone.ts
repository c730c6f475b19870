import { byId } from "../dom.ts";
import { unpack, withFolders } from "./dropped_files.ts";
import type { ChosenFile } from "./transfer.ts";

interface DropZoneOptions {
  /** Whether files are taken now. */
  isOpen(): boolean;
  onFiles(files: ChosenFile[]): void;
}

/** Takes files: from the pickers, dropped anywhere on the page, and pasted. */
export function openDropZone(options: DropZoneOptions): void {
  takeFromPicker("picker", options);
  takeFromPicker("folder-picker", options);
  takeDropped(options);
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!options.isOpen() || !files || files.length === 0) return;
    event.preventDefault();
    note([]);
    options.onFiles(withFolders(files));
  });
}

function takeFromPicker(id: string, { onFiles }: DropZoneOptions): void {
  const input = byId<HTMLInputElement>(id);
  input.addEventListener("change", () => {
    const files = withFolders(input.files ?? []);
    note([]);
    onFiles(files);
    input.value = ""; // so that the same file can be chosen again
  });
}

function takeDropped({ isOpen, onFiles }: DropZoneOptions): void {
  const zone = byId("drop-zone");
  let depth = 0; // dragenter and dragleave come for every element on the way
  const move = (to: number) => {
    depth = Math.max(0, to);
    zone.classList.toggle("is-over", depth > 0);
  };
  addEventListener("dragenter", (event) => {
    if (isOpen() && hasFiles(event)) move(depth + 1);
  });
  addEventListener("dragleave", () => move(depth - 1));
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // else the browser opens the file in place of the page
    if (event.dataTransfer) event.dataTransfer.dropEffect = isOpen() ? "copy" : "none";
  });
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    move(0);
    if (!isOpen() || !event.dataTransfer) return;
    const { files, problems } = await unpack(event.dataTransfer);
    note(problems);
    if (files.length > 0) onFiles(files);
  });
}

/** Says what of the last choice can't be uploaded. */
function note(problems: string[]): void {
  byId("drop-note").textContent = problems.join(" ");
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
