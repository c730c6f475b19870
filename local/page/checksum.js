// @ts-check
import { unreadable } from "./read_failure.js";

/** Web Crypto takes a file in one piece, so only what fits into memory without a thought. */
const largest = 32 << 20; // bytes

/**
 * The file's SHA-256 for S3 to check what arrives.
 *
 * @param {File} file
 * @returns {Promise<string | undefined>} base64; undefined for a large file, and where the browser has no Web Crypto
 *   (a page by plain http from another machine). A Failure if the file can't be read.
 */
export async function sha256(file) {
  if (file.size > largest || !globalThis.crypto?.subtle) return undefined;
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch (cause) {
    throw unreadable(cause);
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return btoa(String.fromCharCode(...digest));
}
