/** The type of a file that nobody knows the type of. The API then goes by the file's name. */
export const unknownType = "application/octet-stream";

/**
 * Whether a browser can show this type and the API signs URLs that do. A type that can run script
 * is not among them.
 */
export function canOpen(contentType: string): boolean {
  return /^(image\/(?!svg)|video\/|audio\/|application\/pdf$|text\/plain$)/.test(contentType);
}

const pictures = /^(a?png|jpe?g|gif|webp|avif|bmp|ico)$/;
const others = /^(mp4|m4v|mov|webm|og[gvam]|opus|mp3|m4a|aac|wav|flac|pdf|txt)$/;

/** Whether the name is that of a picture which browsers show. */
export function isPictureName(name: string): boolean {
  return pictures.test(extension(name));
}

/**
 * canOpen() of a file whose type isn't known. The API goes by the key's extension too, and refuses
 * the rest.
 */
export function canOpenByName(name: string): boolean {
  return isPictureName(name) || others.test(extension(name));
}

/** Returns the file name's extension in lower case, or "" if there is none. */
export function extension(name: string): string {
  return /[^.]\.([a-z0-9]{1,16})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}
