// @ts-check
import { byId } from "./dom.js";

/**
 * Takes files: from the picker, and dropped anywhere on the page.
 *
 * @param {object} options
 * @param {() => boolean} options.isOpen            whether files are taken now
 * @param {(files: File[]) => void} options.onFiles
 */
export function openDropZone({ isOpen, onFiles }) {
  const zone = byId("drop-zone");
  const input = /** @type {HTMLInputElement} */ (byId("picker"));
  input.addEventListener("change", () => {
    onFiles([...(input.files ?? [])]);
    note("");
    input.value = ""; // so that the same file can be chosen again
  });

  let depth = 0; // dragenter and dragleave come for every element on the way
  const highlight = () => zone.classList.toggle("is-over", depth > 0);
  addEventListener("dragenter", (event) => {
    if (!isOpen() || !hasFiles(event)) return;
    depth++;
    highlight();
  });
  addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    highlight();
  });
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // else the browser opens the file in place of the page
    if (event.dataTransfer) event.dataTransfer.dropEffect = isOpen() ? "copy" : "none";
  });
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    highlight();
    if (!isOpen()) return;
    const { files, folders } = unpack(/** @type {DataTransfer} */ (event.dataTransfer));
    note(folders.length > 0 ? `${folders.join(", ")}: a folder can't be dropped here. Drop the files that are in it.` : "");
    if (files.length > 0) onFiles(files);
  });
}

/** @param {string} text */
function note(text) {
  byId("drop-note").textContent = text;
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/**
 * A dropped folder comes as a File that can't be read, so it is told apart here.
 *
 * @param {DataTransfer} transfer
 */
function unpack(transfer) {
  /** @type {File[]} */
  const files = [];
  /** @type {string[]} */
  const folders = [];
  for (const item of transfer.items) {
    const file = item.getAsFile();
    if (!file) continue;
    if (item.webkitGetAsEntry?.()?.isDirectory) folders.push(file.name);
    else files.push(file);
  }
  return { files, folders };
}
