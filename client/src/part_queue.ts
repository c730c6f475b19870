import { isGood, type Timed } from "./job.ts";
import type { SignedParts, SignedRequest } from "./types.ts";

/** A part that is ready to go. */
export interface ReadyPart {
  number: number;
  piece: Blob;
  /** base64, where parts go with their checksum */
  sha256: string | undefined;
  signed: SignedRequest;
  until: number;
}

/** A part whose URL is still to be asked for. */
export type HashedPart = Pick<ReadyPart, "number" | "piece" | "sha256">;

/** Gives URLs for parts. */
export type SignParts = (parts: { partNumber: number; sha256?: string }[]) => Promise<Timed<SignedParts>>;

/**
 * Hands out a file's missing parts in order. It hashes them and asks for their URLs a batch ahead: early enough that
 * the line never waits, late enough that no URL runs out.
 */
export class PartQueue {
  readonly #missing: AsyncIterator<HashedPart>;
  readonly #sign: SignParts;
  readonly #batch: number;
  #ready: ReadyPart[] = [];
  #preparing: Promise<void> | undefined;
  #isAtEnd = false;

  /** @param missing hashes each part when it is asked for */
  constructor(missing: AsyncIterator<HashedPart>, sign: SignParts, batch: number) {
    this.#missing = missing;
    this.#sign = sign;
    this.#batch = batch;
  }

  /** @returns undefined when there are no more */
  async next(): Promise<ReadyPart | undefined> {
    while (this.#ready.length === 0 && !this.#isAtEnd) await this.#prepare();
    const part = this.#ready.shift();
    // Whoever comes next meets the error, if it ends with one.
    if (this.#ready.length < this.#batch / 2 && !this.#isAtEnd) this.#prepare().catch(() => {});
    return part;
  }

  /** The part with a URL that still lives. */
  async fresh(part: ReadyPart, isRefused: boolean): Promise<ReadyPart> {
    if (!isRefused && isGood({ signed: part, until: part.until })) return part;
    const [again] = await this.#signed([part]);
    return again ?? part;
  }

  #prepare(): Promise<void> {
    this.#preparing ??= this.#prepareBatch().finally(() => (this.#preparing = undefined));
    return this.#preparing;
  }

  async #prepareBatch(): Promise<void> {
    const hashed: HashedPart[] = [];
    while (hashed.length < this.#batch && !this.#isAtEnd) {
      const { done, value } = await this.#missing.next();
      if (done) this.#isAtEnd = true;
      else hashed.push(value);
    }
    if (hashed.length > 0) this.#ready.push(...(await this.#signed(hashed)));
  }

  async #signed(parts: HashedPart[]): Promise<ReadyPart[]> {
    const wanted = parts.map(({ number, sha256 }) => ({ partNumber: number, ...(sha256 && { sha256 }) }));
    const { signed, until } = await this.#sign(wanted);
    // Answered in the order of asking.
    return parts.map((part, i) => ({ ...part, signed: signed.parts[i] as SignedRequest, until }));
  }
}
