// @ts-check
import { Failure } from "./failure.js";

/**
 * Whether the file on disk is still the one that was chosen. A browser ends an upload of a changed file with the
 * same silence as a broken connection.
 *
 * @param {Blob} file
 */
export async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** @param {unknown} [cause] */
export function unreadable(cause) {
  return new Failure("This file can't be read any more", {
    details: ["It was changed, moved or deleted after it was chosen."],
    advice: "Choose it once more.",
    code: "NotReadable",
    final: true,
    cause,
  });
}
