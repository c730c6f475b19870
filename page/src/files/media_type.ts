/** The type of a file that nobody knows the type of. The API then goes by the file's name. */
export const unknownType = "application/octet-stream";

/**
 * Whether a browser can show this type and the API signs URLs that do. A type that can run script
 * is not among them.
 */
export function canOpen(contentType: string): boolean {
  return /^(image\/(?!svg)|video\/|audio\/|application\/pdf$|text\/plain$)/.test(contentType);
}

/** Returns the file name's extension in lower case, or "" if there is none. */
export function extension(name: string): string {
  return /[^.]\.([a-z0-9]{1,16})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}
