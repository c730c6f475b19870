import { createHash, randomBytes } from "node:crypto";
import { after, beforeEach } from "node:test";
import { Signpost, type SignpostOptions, type StorageLike } from "../src/index.ts";
import { Deployment } from "./deployment.ts";

/** Retries almost at once. */
export const quick = { limit: 3, minDelay: 1, maxDelay: 4 };

/** The settings of a deployment that plans most files of these tests in parts. */
export const inParts = { threshold: 5_000, partSize: 1_000 };

/** The size of a file with 26 parts, the last one smaller. */
export const size26 = 25_500;

/** A new deployment for each test of a file: `deployed()` returns it. */
export function withDeployment(settings: Partial<Deployment> = {}): () => Deployment {
  let deployment: Deployment | undefined;
  beforeEach(async () => {
    deployment?.close();
    deployment = Object.assign(await new Deployment().listen(), settings);
  });
  after(() => deployment?.close());
  return () => deployment!;
}

/** A client of the deployment, whose token is "token". */
export function clientOf(deployment: Deployment, options: Partial<SignpostOptions> = {}): Signpost {
  return new Signpost({ apiUrl: deployment.apiUrl, token: () => "token", retry: quick, storage: null, ...options });
}

/** A file of random bytes. */
export function randomFile(size: number, name = "film.mp4", lastModified = 1_700_000_000_000): File {
  return new File([randomBytes(size)], name, { type: "video/mp4", lastModified });
}

/** A file as Uppy has it. */
export function uppyFile(size: number, more: object = {}) {
  const data = randomFile(size);
  return { name: data.name, type: data.type, size, data, meta: { name: data.name }, ...more };
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
