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
export interface Meter {
  progress(): UploadProgress;
  /** Begins to count parts anew; the bytes never go back. */
  restart(partsTotal: number): void;
  /** So many bytes of a piece have gone out. */
  sent(piece: number, bytes: number): void;
  /** S3 has a piece of so many bytes. */
  done(piece: number, bytes: number): void;
}

export function newMeter(total: number, report: (progress: UploadProgress) => void): Meter {
  const bytesOf = new Map<number, number>();
  const stored = new Set<number>();
  let [most, partsTotal] = [0, 1];
  const progress = () => {
    let sum = 0;
    for (const bytes of bytesOf.values()) sum += bytes;
    most = Math.min(total, Math.max(most, sum));
    return { sent: most, total, partsDone: stored.size, partsTotal };
  };
  const sent = (piece: number, bytes: number) => {
    bytesOf.set(piece, bytes);
    if (bytes > 0 || stored.has(piece)) report(progress());
  };
  return {
    progress,
    sent,
    restart: (count) => {
      partsTotal = count;
      bytesOf.clear();
      stored.clear();
      report(progress());
    },
    done: (piece, bytes) => {
      stored.add(piece);
      sent(piece, bytes);
    },
  };
}
