// What the seed decides: the files, the faults of the requests, and the kills of the server.
import type { Exchange } from "../browser/fault_proxy/exchange";
import type { Fault } from "../browser/fault_proxy/fault_proxy";
import { apiInternalError, internalError, slowDown, throttled } from "../browser/fault_proxy/faults";
import { baseName } from "./checks";
import { randomOf } from "./random";

const KiB = 2 ** 10;
const MiB = 2 ** 20;

/** Larger files are sent in parts. It is the smallest threshold that a deployment can have. */
export const threshold = 5 * MiB;
const partSize = 5 * MiB; // for files up to 30 MiB

export interface FilePlan {
  index: number;
  name: string;
  size: number;
  /** The time in ms after which the page aborts it, if it does. */
  abortAfter: number | undefined;
}

/** The files of a run. For every 20 uploads there is one more, which is aborted and not counted. */
export function planFiles(seed: number, uploads: number): FilePlan[] {
  return Array.from({ length: uploads + Math.ceil(uploads / 20) }, (_, index) => {
    const random = randomOf(seed, "file", index);
    const name = `${String(index).padStart(5, "0")}.zip`;
    const isAborted = index % 21 === 10;
    const size = isAborted ? threshold + 1 + below(random, 2 * partSize) : sizeOf(index, random);
    return { index, name, size, abortAfter: isAborted ? below(random, 1500) : undefined };
  });
}

/**
 * The first files have the sizes at which the rules change. Then most are small, some larger, and
 * some in parts.
 */
function sizeOf(index: number, random: () => number): number {
  const boundaries = [0, 6 * partSize + 1, threshold + 1, 1, threshold, 2 * partSize];
  if (index < boundaries.length) return boundaries[index]!;
  const kind = random();
  if (kind < 0.08) return 0;
  if (kind < 0.6) return Math.ceil((64 * KiB) ** random());
  if (kind < 0.8) return 64 * KiB + below(random, threshold - 64 * KiB);
  return threshold + 1 + below(random, kind < 0.95 ? 2 * partSize : 36 * MiB);
}

export interface KillPlan {
  /** The number of uploads that must have ended before. */
  afterUploads: number;
  /** The operation whose next request triggers the kill; "" for any. */
  operation: "" | "CompleteMultipartUpload";
  /** The time from the request to the kill, in ms. */
  delay: number;
  /** The time from the kill to the next start, in ms. */
  downtime: number;
  /** The time from that start to a second kill, in ms, if there is one. */
  secondKillAfter: number | undefined;
}

/**
 * Plans a kill for every ten uploads up to 20, and then for every 25. Half of them are during a
 * CompleteMultipartUpload.
 */
export function planKills(seed: number, uploads: number): KillPlan[] {
  const count = Math.max(1, Math.round(Math.min(uploads, 20) / 10 + Math.max(0, uploads - 20) / 25));
  return Array.from({ length: count }, (_, i) => {
    const random = randomOf(seed, "kill", i);
    return {
      afterUploads: Math.floor(((i + random() * 0.5) * uploads) / count),
      operation: i % 2 === 0 ? "CompleteMultipartUpload" : "",
      delay: below(random, 60),
      downtime: below(random, 500),
      secondKillAfter: i % 5 === 3 ? 100 + below(random, 1200) : undefined,
    };
  });
}

/** The facts that decide about a fault, beside the seed. */
export interface FaultInput {
  exchange: Exchange;
  /** The number of earlier tries of the same request. */
  tries: number;
  /** The length of its body in bytes. */
  length: number;
  /** Whether requests to the API may stall. The client waits 30 s for each. */
  allowsApiStalls: boolean;
}

/**
 * Chooses the fault of a request, if there is one. It is the same for the same try of the same
 * request for a file. For requests to the API, which name the file only in their body, it depends
 * on their order, and so on the machine's speed.
 */
export function planFault(seed: number, { exchange, tries, length, allowsApiStalls }: FaultInput): Fault | undefined {
  const { operation, path, method, partNumber = 0 } = exchange;
  if (method === "OPTIONS") return randomOf(seed, "preflight", path, tries)() < 0.02 ? { kind: "refuse" } : undefined;
  if (!operation) return undefined; // The client checks whether the server is up.
  const isApi = operation.startsWith("POST /");
  const random = randomOf(seed, "fault", operation, isApi ? "" : baseName(path), partNumber, tries);
  if (random() > (isApi ? 0.15 : 0.35)) return undefined;
  const after = below(random, length);
  const kinds = isApi ? apiFaults(random, after, allowsApiStalls) : s3Faults(operation, random, after);
  const fault = kinds[below(random, kinds.length)]!;
  const needsBody = fault.kind === "cut" || fault.kind === "reset" || fault.kind === "stall";
  return needsBody && length === 0 ? { kind: "refuse" } : fault;
}

function apiFaults(random: () => number, after: number, allowsStalls: boolean): Fault[] {
  if (allowsStalls && random() < 0.05) return [{ kind: "stall", after }, { kind: "stall answer", after: 0 }];
  return [...commonFaults(random, after), apiInternalError, throttled(1)];
}

function s3Faults(operation: string, random: () => number, after: number): Fault[] {
  const kinds = [...commonFaults(random, after), loseAnswer, { kind: "stall", after } as const, slowDown, internalError];
  const isShort = operation !== "UploadPart" && operation !== "PutObject";
  if (isShort) kinds.push({ kind: "stall answer", after: below(random, 200) });
  if (operation === "CompleteMultipartUpload") kinds.push(lateError, loseAnswer);
  return kinds;
}

function commonFaults(random: () => number, after: number): Fault[] {
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

/**
 * S3 responds with 200 and then with an error ("CompleteMultipartUpload", Amazon S3 API Reference).
 */
const lateError: Fault = { ...(internalError as Extract<Fault, { kind: "answer" }>), status: 200 };

function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}
