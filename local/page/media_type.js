// @ts-check

/** Types of names that browsers or their systems often know nothing of. */
const byExtension = /** @type {Record<string, string>} */ ({
  avif: "image/avif",
  heic: "image/heic",
  heif: "image/heif",
  webp: "image/webp",
  flac: "audio/flac",
  opus: "audio/ogg",
  m4a: "audio/mp4",
  mkv: "video/matroska",
  mov: "video/quicktime",
  csv: "text/csv",
  log: "text/plain",
  md: "text/markdown",
  txt: "text/plain",
  pdf: "application/pdf",
  zip: "application/zip",
});

/** What a browser says of a file that it knows nothing of, if it says anything. */
const unknown = "application/octet-stream";

/**
 * The type to sign and send: the browser's word for it, else a guess by the name. It is never empty, since the API
 * wants one.
 *
 * @param {File} file
 * @returns {{contentType: string, known: boolean}} known is false where neither browser nor name tell
 */
export function mediaType(file) {
  const told = file.type === unknown ? "" : file.type;
  const contentType = told || byExtension[extension(file.name)] || unknown;
  return { contentType, known: contentType !== unknown };
}

/**
 * A name's ending in lower case, "" if it has none that looks like one.
 *
 * @param {string} name
 */
export function extension(name) {
  return /[^.]\.([a-z0-9]{1,16})$/i.exec(name)?.[1].toLowerCase() ?? "";
}
