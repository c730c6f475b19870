/** The progress of an upload. */
export interface UploadProgress {
  /**
   * Bytes handed to the network, and `reused`. It never decreases, even if bytes have to be sent
   * again.
   */
  sent: number;
  /** The file's size in bytes. */
  total: number;
  /**
   * Bytes of `sent` that S3 had already, from an earlier upload of the same file: they are not sent
   * again. More than 0 means that this upload continues the earlier one.
   */
  reused: number;
  /** Parts that S3 has confirmed. */
  partsDone: number;
  /** 1 for a file that is sent in one piece. */
  partsTotal: number;
}

/** Adds up the progress of a file's pieces. */
export interface Meter {
  progress(): UploadProgress;
  /** Counts from the start again; `sent` doesn't decrease. */
  restart(partsTotal: number): void;
  /** Counts the bytes of a piece that have been sent so far. */
  sent(piece: number, bytes: number): void;
  /** Counts a piece that S3 has stored. `bytes` is its size. */
  done(piece: number, bytes: number): void;
  /** Counts a piece that S3 had already. */
  reused(piece: number, bytes: number): void;
}

export function newMeter(total: number, report: (progress: UploadProgress) => void): Meter {
  const bytesOf = new Map<number, number>();
  let [most, reused, partsDone, partsTotal] = [0, 0, 0, 1];
  const progress = () => {
    let sum = 0;
    for (const bytes of bytesOf.values()) sum += bytes;
    most = Math.min(total, Math.max(most, sum));
    return { sent: most, total, reused, partsDone, partsTotal };
  };
  const done = (piece: number, bytes: number) => {
    bytesOf.set(piece, bytes);
    partsDone++;
    report(progress());
  };
  return {
    progress,
    done,
    sent: (piece, bytes) => {
      bytesOf.set(piece, bytes);
      if (bytes > 0) report(progress());
    },
    restart: (count) => {
      partsTotal = count;
      reused = partsDone = 0;
      bytesOf.clear();
      report(progress());
    },
    reused: (piece, bytes) => {
      reused += bytes;
      done(piece, bytes);
    },
  };
}
