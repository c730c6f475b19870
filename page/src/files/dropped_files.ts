import type { ChosenFile } from "./transfer.ts";

/** What was dropped, folders unpacked. */
export interface Unpacked {
  files: ChosenFile[];
  /** What can't be uploaded, and why, in words. */
  problems: string[];
}

/**
 * Takes the files out of what was dropped, and out of the folders in it.
 *
 * The browser lets go of what was dropped as soon as its event is over, so the entries are taken at once, and only
 * then walked.
 */
export async function unpack(transfer: DataTransfer): Promise<Unpacked> {
  const unpacked: Unpacked = { files: [], problems: [] };
  const entries: FileSystemEntry[] = [];
  for (const item of transfer.items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) entries.push(entry);
    else if (file) unpacked.files.push({ file, folders: "" });
  }
  for (const entry of entries) await walk(entry as FileSystemDirectoryEntry, `${entry.name}/`, unpacked);
  return unpacked;
}

/** What a folder picker gave: each file knows the folders above it. */
export function withFolders(files: Iterable<File>): ChosenFile[] {
  return Array.from(files, (file) => ({ file, folders: file.webkitRelativePath.slice(0, -file.name.length) }));
}

async function walk(folder: FileSystemDirectoryEntry, path: string, into: Unpacked): Promise<void> {
  let entries;
  try {
    entries = await entriesOf(folder);
  } catch {
    into.problems.push(`${path} can't be read.`);
    return;
  }
  if (entries.length === 0) into.problems.push(`${path} is empty.`);
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    if (entry.isDirectory) {
      await walk(entry as FileSystemDirectoryEntry, `${path}${entry.name}/`, into);
      continue;
    }
    try {
      into.files.push({ file: await fileOf(entry as FileSystemFileEntry), folders: path });
    } catch {
      into.problems.push(`${path}${entry.name} can't be read.`);
    }
  }
}

/** All entries: the browser gives them a hundred at a time, and ends with none. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
