import type { StoredRow } from "./stored_row.ts";

const settleTime = 300; // ms: rows that are scrolled past cost no requests
const atOnce = 3; // rows

/** Acts on each row when it has come into view, a few at a time, and once. */
export class VisibleRows {
  readonly #act: (row: StoredRow) => Promise<void>;
  readonly #rowOf = new WeakMap<Element, StoredRow>();
  readonly #waiting = new Set<StoredRow>(); // in view
  readonly #observer = new IntersectionObserver((entries) => this.#note(entries));
  #running = 0;
  #timer = 0;

  constructor(act: (row: StoredRow) => Promise<void>) {
    this.#act = act;
  }

  /** Acts on the row, again if it has before. */
  watch(row: StoredRow): void {
    this.unwatch(row);
    this.#rowOf.set(row.element, row);
    this.#observer.observe(row.element);
  }

  unwatch(row: StoredRow): void {
    this.#observer.unobserve(row.element);
    this.#waiting.delete(row);
  }

  #note(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const row = this.#rowOf.get(target)!;
      if (isIntersecting) this.#waiting.add(row);
      else this.#waiting.delete(row);
    }
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#run(), settleTime);
  }

  #run(): void {
    for (const row of this.#waiting) {
      if (this.#running >= atOnce) return;
      this.unwatch(row);
      this.#running++;
      void this.#act(row).finally(() => {
        this.#running--;
        this.#run();
      });
    }
  }
}
