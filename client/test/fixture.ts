import { createHash, randomBytes } from "node:crypto";
import { after, beforeEach } from "node:test";
import { Signpost, type SignpostOptions, type StorageLike } from "../src/index.ts";
import { Deployment } from "./deployment.ts";

/** Tries again at once, as far as a test is concerned. */
export const quick = { limit: 3, minDelay: 1, maxDelay: 4 };

/** A fresh deployment for each test of a file: read it as `deployed()`. */
export function withDeployment(): () => Deployment {
  let deployment: Deployment | undefined;
  beforeEach(async () => {
    deployment?.close();
    deployment = await new Deployment().listen();
  });
  after(() => deployment?.close());
  return () => deployment!;
}

/** A client of it, whose token is always "token". */
export function clientOf(deployment: Deployment, options: Partial<SignpostOptions> = {}): Signpost {
  return new Signpost({ apiUrl: deployment.apiUrl, token: () => "token", retry: quick, storage: null, ...options });
}

/** A file of random bytes. */
export function randomFile(size: number, name = "film.mp4", lastModified = 1_700_000_000_000): File {
  return new File([randomBytes(size)], name, { type: "video/mp4", lastModified });
}

export async function bytesOf(file: Blob): Promise<Buffer> {
  return Buffer.from(await file.arrayBuffer());
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** Web Storage in memory. */
export class MemoryStorage implements StorageLike {
  readonly items = new Map<string, string>();

  get length(): number {
    return this.items.size;
  }

  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}
