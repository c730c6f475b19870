// What is uploaded, and how long it takes at least.
import { type LocalFile, makeFile } from "../browser/client/client_fixtures";
import type { LineSpeed } from "./shaped_line";

const MiB = 1 << 20;

/** Some files, and the line that they are uploaded through. */
export interface Case {
  title: string;
  count: number;
  size: number;
  /** The line, or undefined for loopback as it is. */
  line?: LineSpeed;
}

const connections = 6; // that a browser opens to an HTTP/1.1 server

/** The line to S3 and to the API. */
export const line: LineSpeed = { rate: 10e6, roundTrip: 20 };

/** The work of the API for a request, in ms, in addition to that of the local run. */
export const apiWork = 5;

export const cases: Case[] = [
  { title: "300 MiB, shaped", count: 1, size: 300 * MiB, line },
  { title: "64 MiB, shaped", count: 1, size: 64 * MiB, line },
  { title: "100 × 20 kB, shaped", count: 100, size: 20_000, line },
  { title: "300 MiB, unshaped", count: 1, size: 300 * MiB },
];

/** Writes the files of a case. */
export async function makeFiles(folder: string, { title, count, size }: Case): Promise<LocalFile[]> {
  const prefix = title.replaceAll(/\W+/g, "-");
  return Promise.all(Array.from({ length: count }, (_, i) => makeFile(folder, `${prefix}-${i}.zip`, size)));
}

/**
 * The least time in ms that the line allows: all bytes on six connections that are open, and a
 * round trip for each file on its connection.
 */
export function limitOf({ count, size, line: shaped }: Case): number | undefined {
  if (!shaped) return undefined;
  const bytes = (count * size * 1000) / (connections * shaped.rate);
  return bytes + Math.ceil(count / connections) * shaped.roundTrip;
}

