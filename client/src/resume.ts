// The records of unfinished uploads in parts, which this browser keeps so that they continue after
// a reload. begin.ts looks for the record of a file, and file_in_parts.ts continues from it.
import { attempt } from "./attempt.ts";
import type { StoredPart } from "./s3/parts_xml.ts";

/**
 * The part of the Web Storage API that the client uses: localStorage and sessionStorage have it.
 */
export interface StorageLike {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** An unfinished upload in parts. It holds no URL and no token. */
export interface PartsRecord {
  key: string;
  /** The media type that S3 stores; not in the records of early clients. */
  contentType?: string | undefined;
  uploadId: string;
  partSize: number;
  partCount: number;
  /** Whether each part is sent with its SHA-256. */
  checksums: boolean;
  /** The parts that S3 has, by number. */
  parts: Record<number, StoredPart>;
}

/**
 * The place of one file's record. While one upload holds it, no other upload and no other tab can.
 */
export interface Place {
  /** The record of an earlier upload, if there is one and it fits the file. */
  read(): PartsRecord | undefined;
  /** If the storage is full, nothing is remembered. Then the upload starts over after a reload. */
  write(record: PartsRecord): void;
  remove(): void;
  /** Lets others hold it. */
  release(): void;
}

/** The unfinished uploads to one API. */
export interface Records {
  /**
   * The place for a file. A file is identified by its name, size and time, and by what it is
   * uploaded as.
   *
   * Undefined if another upload or tab holds it, if there is no storage, or for a Blob that isn't a
   * File: the user can't choose it again.
   */
  hold(file: Blob, as: object): Promise<Place | undefined>;
  /** Forgets all uploads to this API. */
  clear(): void;
}

/** Whether that many parts of that size make up a file of `size` bytes, within S3's limit. */
export function fits({ partSize, partCount }: { partSize: number; partCount: number }, size: number): boolean {
  return partSize > 0 && partCount === Math.ceil(size / partSize) && partCount <= 10_000;
}

/**
 * A storage that is full, or blocked by the browser, throws. Then nothing is remembered, and all
 * else works.
 */
export function newRecords(storage: StorageLike | null, apiUrl: string): Records {
  const prefix = `signpost:${apiUrl}:`;
  const remove = (name: string) => attempt(() => storage?.removeItem(name));
  return {
    hold: async (file, as) => {
      const { name: filename, size, lastModified } = file as File;
      const name = prefix + JSON.stringify([filename, size, lastModified, as]);
      const release = storage && lastModified ? await lock(name) : undefined;
      return (
        release && {
          release,
          remove: () => remove(name),
          read: () => {
            const record = attempt((): PartsRecord => JSON.parse(storage?.getItem(name) ?? ""));
            return record?.parts && fits(record, size) ? record : undefined;
          },
          write: (record) => {
            const json = JSON.stringify(record);
            if (!attempt(() => (storage?.setItem(name, json), true))) remove(name);
          },
        }
      );
    },
    clear: () =>
      attempt(() => {
        const names = Array.from({ length: storage?.length ?? 0 }, (_, i) => storage?.key(i));
        for (const name of names) if (name?.startsWith(prefix)) remove(name);
      }),
  };
}

/** localStorage, if the browser allows it. */
export function defaultStorage(): StorageLike | null {
  return attempt(() => globalThis.window?.localStorage) ?? null;
}

/**
 * Takes a lock of that name. Resolves with what releases it, or undefined if another holder has it.
 */
function lock(name: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined);
    locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(undefined));
  });
}
