/** Decoding a picture takes much more memory than its file. */
const largest = 20 << 20; // bytes

/** One after the other: a folder of photographs would not fit into memory at once. */
let last: Promise<HTMLCanvasElement | undefined> = Promise.resolve(undefined);

/** Draws the picture, cut to a square of so many CSS pixels; undefined where the browser can't decode it. */
export function thumbnail(file: File, contentType: string, side: number): Promise<HTMLCanvasElement | undefined> {
  last = last.then(() => draw(file, contentType, side));
  return last;
}

async function draw(file: File, contentType: string, side: number): Promise<HTMLCanvasElement | undefined> {
  if (!contentType.startsWith("image/") || contentType === "image/svg+xml" || file.size > largest) return undefined;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side * 2; // sharp on dense screens
  const scale = canvas.width / Math.min(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  bitmap.close();
  return canvas;
}
