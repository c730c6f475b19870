// What a seed decides: the files, what goes wrong with which request, and when the server is killed.
import type { Exchange } from "../browser/fault_proxy/exchange";
import type { Fault } from "../browser/fault_proxy/fault_proxy";
import { apiFails, internalError, slowDown, throttled } from "../browser/fault_proxy/faults";
import { lastOf } from "./checks";
import { randomOf } from "./random";

const KiB = 2 ** 10;
const MiB = 2 ** 20;

/** Larger files go in parts: the least that a deployment may say. */
export const threshold = 5 * MiB;
const partSize = 16 * MiB; // the API's choice for files of up to 156 GiB

export interface FilePlan {
  index: number;
  name: string;
  size: number;
  /** After so many ms the page gives it up. */
  abortAfter: number | undefined;
}

/** The files of a run. One in 20 more is given up half-way, and is not counted. */
export function planFiles(seed: number, uploads: number): FilePlan[] {
  return Array.from({ length: uploads + Math.ceil(uploads / 20) }, (_, index) => {
    const random = randomOf(seed, "file", index);
    const name = `${String(index).padStart(5, "0")}.zip`;
    const isGivenUp = index % 21 === 10;
    const size = isGivenUp ? threshold + 1 + below(random, 2 * partSize) : sizeOf(index, random);
    return { index, name, size, abortAfter: isGivenUp ? below(random, 1500) : undefined };
  });
}

/** The first are the sizes where the rules change; then many small ones, some larger, some in parts. */
function sizeOf(index: number, random: () => number): number {
  const edges = [0, partSize + 1, threshold + 1, 1, threshold, 2 * partSize];
  if (index < edges.length) return edges[index]!;
  const kind = random();
  if (kind < 0.08) return 0;
  if (kind < 0.6) return Math.ceil((64 * KiB) ** random());
  if (kind < 0.8) return 64 * KiB + below(random, threshold - 64 * KiB);
  return threshold + 1 + below(random, kind < 0.95 ? partSize : 25 * MiB);
}

/** When the server is killed. */
export interface KillPlan {
  /** Not before so many uploads have ended. */
  afterUploads: number;
  /** So many ms after the next request for this operation has come; "": after any. */
  operation: "" | "CompleteMultipartUpload";
  delay: number;
  /** How long nobody answers, in ms, before it is started again. */
  away: number;
  /** It is killed once more, so many ms into its start. */
  again: number | undefined;
}

/** A kill for every ten uploads up to 20, and then for every 25; every other one is aimed at parts being joined. */
export function planKills(seed: number, uploads: number): KillPlan[] {
  const count = Math.max(1, Math.round(Math.min(uploads, 20) / 10 + Math.max(0, uploads - 20) / 25));
  return Array.from({ length: count }, (_, i) => {
    const random = randomOf(seed, "kill", i);
    return {
      afterUploads: Math.floor(((i + random() * 0.5) * uploads) / count),
      operation: i % 2 === 0 ? "CompleteMultipartUpload" : "",
      delay: below(random, 60),
      away: below(random, 500),
      again: i % 5 === 3 ? 100 + below(random, 1200) : undefined,
    };
  });
}

/** What a fault is decided by, beside the seed. */
export interface Asked {
  exchange: Exchange;
  /** How often the same was asked for before. */
  tries: number;
  /** Of its body, in bytes. */
  length: number;
  /** Whether there is time for a request to the API that nobody answers: the client waits 30 s. */
  patience: boolean;
}

/**
 * What goes wrong with a request, if anything. It is the same for the same try of the same request of a file. A request
 * to the API tells its file only in its body, so there the order counts, which the machine's speed has a hand in.
 */
export function planFault(seed: number, { exchange, tries, length, patience }: Asked): Fault | undefined {
  const { operation, path, method, partNumber = 0 } = exchange;
  if (method === "OPTIONS") return randomOf(seed, "preflight", path, tries)() < 0.02 ? { kind: "refuse" } : undefined;
  if (!operation) return undefined; // the client's look whether anybody is there
  const isApi = operation.startsWith("POST /");
  const random = randomOf(seed, "fault", operation, isApi ? "" : lastOf(path), partNumber, tries);
  if (random() > (isApi ? 0.15 : 0.35)) return undefined;
  const after = below(random, length);
  const kinds = isApi ? ofApi(random, after, patience) : ofS3(operation, random, after);
  const fault = kinds[below(random, kinds.length)]!;
  const needsBody = fault.kind === "cut" || fault.kind === "reset" || fault.kind === "stall";
  return needsBody && length === 0 ? { kind: "refuse" } : fault;
}

function ofApi(random: () => number, after: number, patience: boolean): Fault[] {
  if (patience && random() < 0.05) return [{ kind: "stall", after }, { kind: "stall answer", after: 0 }];
  return [...anywhere(random, after), apiFails, throttled(1)];
}

function ofS3(operation: string, random: () => number, after: number): Fault[] {
  const kinds = [...anywhere(random, after), loseAnswer, { kind: "stall", after } as const, slowDown, internalError];
  const isShort = operation !== "UploadPart" && operation !== "PutObject";
  if (isShort) kinds.push({ kind: "stall answer", after: below(random, 200) });
  if (operation === "CompleteMultipartUpload") kinds.push(lateError, loseAnswer);
  return kinds;
}

function anywhere(random: () => number, after: number): Fault[] {
  const wait = below(random, 400);
  return [
    { kind: "refuse" },
    { kind: "cut", after },
    { kind: "reset", after },
    loseAnswer,
    { kind: "cut answer", after: below(random, 300) },
    { kind: "hold", until: () => new Promise((done) => setTimeout(done, wait)) },
  ];
}

const loseAnswer: Fault = { kind: "lose answer" };

/** S3 begins with 200 and then fails ("CompleteMultipartUpload", Amazon S3 API Reference). */
const lateError: Fault = { ...(internalError as Extract<Fault, { kind: "answer" }>), status: 200 };

function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}
