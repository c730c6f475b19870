const span = 6000; // ms that are looked back on
const least = 900; // ms, below which a speed would be a guess

/** How fast something grows, over its last few seconds. */
export class Speed {
  #samples: { at: number; value: number }[] = [];

  /** Notes how far it has come by now. */
  sample(value: number, now = performance.now()): void {
    this.#samples.push({ at: now, value });
    while (this.#samples.length > 2 && this.#samples[1]!.at < now - span) this.#samples.shift();
  }

  /** Forgets what was: after a pause it begins anew. */
  reset(): void {
    this.#samples = [];
  }

  /** Per second; undefined while it can't be told. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at - first.at < least) return undefined;
    return ((last.value - first.value) / (last.at - first.at)) * 1000;
  }
}
