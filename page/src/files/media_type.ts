/** What a browser says of a file that it knows nothing of, if it says anything: the API then goes by the name. */
export const unknownType = "application/octet-stream";

/** Whether a browser can show it, and the API may sign a link that does: nothing of these can run script. */
export function isShownInline(contentType: string): boolean {
  return /^(image\/(?!svg)|video\/|audio\/|application\/pdf$|text\/plain$)/.test(contentType);
}

/** A name's ending in lower case, "" if it has none that looks like one. */
export function extension(name: string): string {
  return /[^.]\.([a-z0-9]{1,16})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}
