/** A stream of numbers that a seed decides: xorshift32. What was drawn can be drawn again, but for the time it takes. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number from 0 to below the limit. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  /** Whether one in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  bytes(size: number): Buffer {
    const bytes = Buffer.alloc(size);
    for (let i = 0; i < size; i += 4096) {
      // A block of its own for every place, cheaply.
      bytes.fill(String(this.below(2 ** 32)) + i, i, Math.min(i + 4096, size));
    }
    return bytes;
  }
}
