import { FileError } from "../errors.ts";

const MiB = 2 ** 20;

/** Web Crypto takes its input in one piece, so this is what a checksum may cost in memory. */
const largest = 128 * MiB;

/** Up to this size a file is taken to go in one piece, until the API says otherwise: the threshold unless set. */
export const usualThreshold = 100 * MiB;

/** Gives a piece's SHA-256 in base64. */
export type Checksum = (piece: Blob) => Promise<string>;

/**
 * How pieces of a file are hashed, for S3 to check what arrives.
 *
 * @param option of the client: true, false, or the caller's own
 * @param pieceSize the largest piece, in bytes
 * @returns undefined where pieces are not hashed: not wished, too large, or no Web Crypto (plain http)
 */
export function checksumFor(option: boolean | Checksum, pieceSize: number): Checksum | undefined {
  if (typeof option === "function") return option;
  return option && pieceSize <= largest && globalThis.crypto?.subtle ? sha256 : undefined;
}

/** Reads and hashes off the main thread, as Web Crypto does by itself. */
async function sha256(piece: Blob): Promise<string> {
  const bytes = await read(piece);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return btoa(String.fromCharCode(...digest));
}

async function read(piece: Blob): Promise<ArrayBuffer> {
  const bytes = await piece.arrayBuffer().catch((cause) => {
    throw new FileError(cause);
  });
  // Firefox reads what is there now; other browsers refuse.
  if (bytes.byteLength !== piece.size) throw new FileError();
  return bytes;
}

/** Whether the file is still the one that was chosen. To a request, a changed file is a broken connection. */
export async function checkReadable(file: Blob): Promise<void> {
  await read(file.size <= largest ? file : file.slice(0, 1));
}
