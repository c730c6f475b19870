import type { ChosenFile } from "./transfer.ts";

/** The files that were dropped, those in dropped folders among them. */
export interface DroppedFiles {
  files: ChosenFile[];
  /** What can't be uploaded and why, a sentence each. */
  problems: string[];
}

/**
 * Reads the files that were dropped, and those in dropped folders.
 *
 * A DataTransfer is empty once its event is over, so all entries are taken from it before any
 * folder is read.
 */
export async function readDropped(transfer: DataTransfer): Promise<DroppedFiles> {
  const dropped: DroppedFiles = { files: [], problems: [] };
  const folders: FileSystemDirectoryEntry[] = [];
  for (const item of transfer.items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(entry as FileSystemDirectoryEntry);
    else if (file) dropped.files.push({ file, folders: "" });
  }
  for (const folder of folders) await readFolder(folder, `${folder.name}/`, dropped);
  return dropped;
}

/**
 * Reads what a picker or the clipboard holds. Files from a folder picker know the path of their
 * folder.
 */
export function readPicked(files: Iterable<File>): ChosenFile[] {
  return Array.from(files, (file) => ({ file, folders: file.webkitRelativePath.slice(0, -file.name.length) }));
}

async function readFolder(folder: FileSystemDirectoryEntry, path: string, dropped: DroppedFiles): Promise<void> {
  let entries;
  try {
    entries = await entriesOf(folder);
  } catch {
    dropped.problems.push(`${path} can't be read.`);
    return;
  }
  if (entries.length === 0) dropped.problems.push(`${path} is empty.`);
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    if (entry.isDirectory) {
      await readFolder(entry as FileSystemDirectoryEntry, `${path}${entry.name}/`, dropped);
      continue;
    }
    try {
      dropped.files.push({ file: await fileOf(entry as FileSystemFileEntry), folders: path });
    } catch {
      dropped.problems.push(`${path}${entry.name} can't be read.`);
    }
  }
}

/**
 * Returns all entries of a folder. readEntries() returns up to 100 at a time, and none at the end.
 */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
