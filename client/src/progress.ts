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
  #sent = new Map<number, number>();
  #most = 0;
  #done = new Set<number>();
  #partsTotal = 1;

  constructor(total: number, report: (progress: UploadProgress) => void) {
    this.#total = total;
    this.#report = report;
  }

  get progress(): UploadProgress {
    let sent = 0;
    for (const bytes of this.#sent.values()) sent += bytes;
    this.#most = Math.min(this.#total, Math.max(this.#most, sent));
    return { sent: this.#most, total: this.#total, partsDone: this.#done.size, partsTotal: this.#partsTotal };
  }

  /** Begins to count pieces anew; the bytes never go back. */
  restart(partsTotal: number): void {
    this.#partsTotal = partsTotal;
    this.#done.clear();
    this.#sent.clear();
  }

  /** So many bytes of a piece have gone out. */
  sent(piece: number, bytes: number): void {
    this.#sent.set(piece, bytes);
    if (bytes > 0) this.#report(this.progress);
  }

  /** S3 has a piece of so many bytes. */
  done(piece: number, bytes: number): void {
    this.#done.add(piece);
    this.#sent.set(piece, bytes);
    this.#report(this.progress);
  }
}
