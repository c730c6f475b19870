// PNG files that are drawn here, so that the repository contains no binaries.
import { crc32, deflateSync } from "node:zlib";

type Colour = [red: number, green: number, blue: number];

/** Draws a PNG of mountains before an evening sky. Each seed gives another one. */
export function landscape(width: number, height: number, seed: number): Buffer {
  const sky: [Colour, Colour] = seed % 2 === 0 ? [[33, 58, 92], [250, 190, 120]] : [[86, 150, 190], [240, 236, 214]];
  const ridges: Colour[] = [[128, 110, 122], [78, 82, 96], [38, 52, 54]];
  const rows = Buffer.alloc((width * 3 + 1) * height); // Each row begins with the number of its filter: 0 for none.
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let colour = mix(sky[0], sky[1], y / height);
      ridges.forEach((ridge, i) => {
        if (y / height > skyline(x / width, seed + i, 0.42 + i * 0.17)) colour = ridge;
      });
      rows.set(colour, y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

function skyline(x: number, seed: number, base: number): number {
  const wave = (frequency: number, phase: number) => Math.sin(x * frequency + seed * phase);
  return base + 0.09 * wave(5, 2.1) + 0.05 * wave(13, 4.7) + 0.015 * wave(41, 1.3);
}

function mix(from: Colour, to: Colour, ratio: number): Colour {
  return from.map((value, i) => Math.round(value + (to[i] - value) * ratio)) as Colour;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
