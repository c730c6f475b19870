/** Types of names that browsers or their systems often know nothing of. */
const byExtension: Record<string, string> = {
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
};

/** What a browser says of a file that it knows nothing of, if it says anything. */
const unknown = "application/octet-stream";

/** A file's media type. */
export interface MediaType {
  contentType: string;
  /** False where neither the browser nor the name tells. */
  known: boolean;
}

/** The type to sign and send: the browser's word for it, else a guess by the name. It is never empty. */
export function mediaType(file: File): MediaType {
  const told = file.type === unknown ? "" : file.type;
  const contentType = told || byExtension[extension(file.name)] || unknown;
  return { contentType, known: contentType !== unknown };
}

/** Whether a browser can show it, and the API may sign a link that does: nothing of these can run script. */
export function isShownInline(contentType: string): boolean {
  return /^(image\/(?!svg)|video\/|audio\/|application\/pdf$|text\/plain$)/.test(contentType);
}

/** A name's ending in lower case, "" if it has none that looks like one. */
export function extension(name: string): string {
  return /[^.]\.([a-z0-9]{1,16})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}
