import type { Files } from "signpost-client/files";
import { isPictureName } from "../files/media_type.ts";
import { thumbnail } from "../files/thumbnail.ts";
import type { StoredFile } from "./stored_file.ts";

const maxSize = 5 << 20; // bytes: a larger file is too much to load for its thumbnail
const tries = 2;

/**
 * Draws a file's thumbnail; undefined if there is none. The picture is drawn on a canvas, so that no
 * signed URL is in the page, and none can expire there (danny-avila/LibreChat#10145).
 */
export async function pictureOf(files: Files, file: StoredFile, signal: AbortSignal): Promise<HTMLCanvasElement | undefined> {
  const blob = file.source ?? (isPictureName(file.name) && file.size <= maxSize ? await load(files, file.key, signal) : undefined);
  return blob && thumbnail(blob, blob.type, 48);
}

/** If S3 refuses a URL, such as one that expired before it was used, it gets another one. */
async function load(files: Files, key: string, signal: AbortSignal): Promise<Blob | undefined> {
  for (let i = 0; i < tries; i++) {
    const { url } = await files.url(key, { disposition: "inline", signal });
    const response = await fetch(url, { signal });
    if (response.ok) return response.blob();
  }
  return undefined;
}
