// Files that are made in the first run and kept for the later ones.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * Returns the text of a file, which the first run makes.
 *
 * @param {string} path
 * @param {() => string} make
 */
export function kept(path, make) {
  if (!existsSync(path)) replace(path, make());
  return readFileSync(path, "utf8");
}

/**
 * Returns the value in a file of JSON, which the first run makes.
 *
 * @param {string} path
 * @param {() => unknown} make
 */
export function keptJSON(path, make) {
  const text = kept(path, () => JSON.stringify(make()));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON: restore a copy, or delete it, which signs everybody out`, { cause });
  }
}

/**
 * Writes a file that only its owner can read. A kill leaves the old file or the new one, and never
 * a part.
 *
 * @param {string} path
 * @param {string} text
 */
export function replace(path, text) {
  writeFileSync(`${path}.partial`, text, { mode: 0o600 });
  renameSync(`${path}.partial`, path);
}
