const keptFor = 6000; // ms of samples to keep
const minDuration = 900; // ms between the first and the last sample before there is a speed

/** Measures how fast a value grows, over the last few seconds. */
export class Speed {
  #samples: { time: number; value: number }[] = [];

  /** Adds the value as it is now. */
  sample(value: number, now = performance.now()): void {
    this.#samples.push({ time: now, value });
    while (this.#samples.length > 2 && this.#samples[1]!.time < now - keptFor) this.#samples.shift();
  }

  /** Forgets all samples, such as after a pause. */
  reset(): void {
    this.#samples = [];
  }

  /** The growth per second; undefined until there are enough samples. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.time - first.time < minDuration) return undefined;
    return ((last.value - first.value) / (last.time - first.time)) * 1000;
  }
}
