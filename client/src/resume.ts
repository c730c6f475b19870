import { attempt } from "./attempt.ts";
import type { StoredPart } from "./s3/xml.ts";

/** As much of the Web Storage API as is needed; localStorage and sessionStorage have it. */
export interface StorageLike {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** An unfinished upload in parts, as it is remembered. It holds no URL and no token. */
export interface PartsRecord {
  key: string;
  uploadId: string;
  partSize: number;
  partCount: number;
  /** Whether each part goes with its SHA-256. */
  checksums: boolean;
  /** What S3 has, by part number. */
  parts: Record<number, StoredPart>;
}

/** The unfinished uploads to one API that this browser remembers. */
export interface Records {
  /**
   * What tells a file from all others: its name, size and time, and what it is uploaded as. Undefined for a Blob that is
   * no File, which can't be chosen again.
   */
  nameOf(file: Blob, as: object): string | undefined;
  get(name: string): PartsRecord | undefined;
  /** Remembers it, if there is room: without, the upload works, and only a reload begins it anew. */
  set(name: string, record: PartsRecord): void;
  remove(name: string): void;
  /** Forgets all uploads to this API. */
  clear(): void;
}

/** Whether so many parts of that size make up a file, as S3 lets them. */
export function fits({ partSize, partCount }: { partSize: number; partCount: number }, size: number): boolean {
  return partSize > 0 && partCount === Math.ceil(size / partSize) && partCount <= 10_000;
}

/** Whatever the storage throws, full or blocked by the browser: then nothing is remembered, and all else works. */
export function newRecords(storage: StorageLike | null, apiUrl: string): Records {
  const prefix = `signpost:${apiUrl}:`;
  const remove = (name: string) => attempt(() => storage?.removeItem(name));
  return {
    remove,
    nameOf: (file, as) => {
      const { name, size, lastModified } = file as File;
      return storage && lastModified ? prefix + JSON.stringify([name, size, lastModified, as]) : undefined;
    },
    get: (name) => attempt(() => JSON.parse(storage?.getItem(name) ?? "")),
    set: (name, record) => {
      const json = JSON.stringify(record);
      if (!attempt(() => (storage?.setItem(name, json), true))) remove(name);
    },
    clear: () =>
      attempt(() => {
        const names = Array.from({ length: storage?.length ?? 0 }, (_, i) => storage?.key(i));
        for (const name of names) if (name?.startsWith(prefix)) remove(name);
      }),
  };
}

/** localStorage, where the browser lets the page have it. */
export function defaultStorage(): StorageLike | null {
  return attempt(() => globalThis.window?.localStorage) ?? null;
}

/**
 * Keeps other tabs, and other uploads in this one, from going on with the same record.
 *
 * @returns what gives it free again, or undefined if somebody else has it
 */
export function claim(name: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined);
    locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(undefined));
  });
}
