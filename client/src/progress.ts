/** How far an upload is. */
export interface UploadProgress {
  /** Bytes handed to the network; never fewer than before, whatever had to be sent again. */
  sent: number;
  /** The file's size in bytes. */
  total: number;
  /** Parts that S3 has confirmed. */
  partsDone: number;
  /** 1 for a file that goes in one piece. */
  partsTotal: number;
}

/** Adds up what the pieces of a file have come to. */
export class ProgressMeter {
  readonly #total: number;
  readonly #report: (progress: UploadProgress) => void;
  #underWay = new Map<number, number>();
  #done = new Map<number, number>();
  #partsTotal = 1;
  #most = 0;

  constructor(total: number, report: (progress: UploadProgress) => void) {
    this.#total = total;
    this.#report = report;
  }

  get progress(): UploadProgress {
    const sum = (sizes: Iterable<number>) => [...sizes].reduce((a, b) => a + b, 0);
    this.#most = Math.min(this.#total, Math.max(this.#most, sum(this.#done.values()) + sum(this.#underWay.values())));
    return { sent: this.#most, total: this.#total, partsDone: this.#done.size, partsTotal: this.#partsTotal };
  }

  /** Begins to count pieces anew; the bytes never go back. */
  restart(partsTotal: number): void {
    this.#partsTotal = partsTotal;
    this.#done.clear();
    this.#underWay.clear();
  }

  /** So many bytes of a piece have gone out. */
  sent(piece: number, bytes: number): void {
    this.#underWay.set(piece, bytes);
    this.#report(this.progress);
  }

  /** A piece has to be sent again. */
  lost(piece: number): void {
    this.#underWay.delete(piece);
  }

  /** S3 has a piece of so many bytes. */
  done(piece: number, bytes: number): void {
    this.#underWay.delete(piece);
    this.#done.set(piece, bytes);
    this.#report(this.progress);
  }
}
