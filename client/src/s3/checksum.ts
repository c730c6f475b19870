import { FileError } from "../errors.ts";
import { newPool } from "../pool.ts";

const MiB = 2 ** 20;

/**
 * The deployment's default `Multipart.Threshold`: until the API plans otherwise, larger files are
 * expected in parts.
 */
export const usualThreshold = 16 * MiB;

/** Resolves with the SHA-256 of a piece in base64. */
export type Checksum = (piece: Blob) => Promise<string>;

/**
 * The function that hashes pieces of a file, so that S3 checks what it receives.
 *
 * @param option the client's `checksum`
 * @param pieceSize the size of the largest piece, in bytes
 * @returns undefined if pieces are not hashed: the option is false, they are too large for Web Crypto, which needs them
 * in memory, or there is no Web Crypto (http)
 */
export function checksumFor(option: boolean | Checksum, pieceSize: number): Checksum | undefined {
  if (typeof option === "function") return option;
  return option && pieceSize <= 128 * MiB && globalThis.crypto?.subtle ? sha256 : undefined;
}

/** A few pieces are hashed at once: each is in memory meanwhile, and phones have little. */
const hashing = newPool(4);

/** Doesn't block the page: Web Crypto hashes in the background. */
async function sha256(piece: Blob): Promise<string> {
  const digest = await hashing(AbortSignal.any([]), async () => crypto.subtle.digest("SHA-256", await read(piece)));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

async function read(piece: Blob): Promise<ArrayBuffer> {
  const bytes = await piece.arrayBuffer().catch((cause) => {
    throw new FileError(cause);
  });
  // If the file has changed, Firefox reads what is there now; other browsers refuse.
  if (bytes.byteLength !== piece.size) throw new FileError();
  return bytes;
}

/**
 * Throws a FileError if the file has changed. A request with such a file fails as if the connection
 * were broken. Its last byte is missing if it was cut short, and no byte can be read if the browser
 * refuses.
 */
export async function checkReadable(file: Blob): Promise<void> {
  await read(file.slice(-1));
}
