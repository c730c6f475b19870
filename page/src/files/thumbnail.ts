const maxFileSize = 20 << 20; // bytes: a decoded picture takes much more memory than its file

/**
 * Pictures are decoded one after the other: those of a whole folder wouldn't fit into memory at
 * once.
 */
let queue: Promise<HTMLCanvasElement | undefined> = Promise.resolve(undefined);

/**
 * Draws a picture, cropped to a square of this many CSS pixels; undefined if the browser can't
 * decode the file.
 */
export function thumbnail(file: Blob, contentType: string, side: number): Promise<HTMLCanvasElement | undefined> {
  queue = queue.then(() => draw(file, contentType, side));
  return queue;
}

async function draw(file: Blob, contentType: string, side: number): Promise<HTMLCanvasElement | undefined> {
  if (!contentType.startsWith("image/") || contentType === "image/svg+xml" || file.size > maxFileSize) return undefined;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side * 2; // for high-resolution screens
  const scale = canvas.width / Math.min(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  bitmap.close();
  return canvas;
}
