// What must hold at the end, whatever happened on the way.
import type { Exchange } from "../browser/exchange";
import { type LocalRun, sha256 } from "../browser/local_run";
import type { Outcome } from "./page/main";
import type { FilePlan } from "./plan";
import { bytesOf } from "./random";

export interface Problem {
  /** The file's, or empty. */
  name: string;
  what: string;
}

/** What is wrong with each file. */
export async function checkFiles(run: LocalRun, seed: number, files: FilePlan[], outcomes: Map<number, Outcome>): Promise<Problem[]> {
  const problems: Problem[] = [];
  const keysOf = Map.groupBy(await run.keys(), (key) => key.split("/").at(-1) ?? "");
  for (const { index, name, size, abortAfter } of files) {
    const wrong = (what: string) => problems.push({ name, what: `${size} B: ${what}` });
    const outcome = outcomes.get(index);
    const { stored, error } = outcome ?? {};
    const keys = keysOf.get(name) ?? [];
    keysOf.delete(name);
    if (!outcome) wrong("its promise has not settled");
    if (error && (abortAfter === undefined || error.name !== "AbortError")) {
      wrong(`it failed: ${[error.name, error.code, error.status, error.message].filter(Boolean).join(" ")}`);
    }
    if (stored && !keys.includes(stored.key)) wrong(`said to be stored at ${stored.key}, where there is no object`);
    if (stored && stored.size !== size) wrong(`said to be stored with ${stored.size} B`);
    if (keys.length > 1) wrong(`stored ${keys.length} times: ${keys.join(", ")}`);
    if (keys.length === 0 && !stored) continue;
    const want = sha256(bytesOf(seed, index, size));
    if (stored?.sha256 && stored.sha256 !== want) wrong("the client tells another SHA-256");
    for (const key of keys) {
      if ((await run.objectSha256(key)) !== want) wrong(`the object at ${key} has other bytes`);
    }
  }
  for (const [name, keys] of keysOf) problems.push({ name, what: `nobody has uploaded ${keys.join(", ")}` });
  return problems;
}

/**
 * Uploads in parts that are still open. Nobody can end one whose id nobody was told: S3 has it until its lifecycle rule
 * sweeps up. Of a file that failed the client keeps it, to go on with. All others it has joined or given up, unless no
 * try to give it up was answered.
 */
export function checkUnfinished(open: string[], exchanges: Exchange[], files: FilePlan[], outcomes: Map<number, Outcome>): Problem[] {
  const failed = new Set(files.filter(({ index }) => !outcomes.get(index)?.stored).map(({ name }) => name));
  const givenUp = new Set(files.filter(({ abortAfter }) => abortAfter !== undefined).map(({ name }) => name));
  const known = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const { uploadId } = exchange;
    if (uploadId) known.set(uploadId, [...(known.get(uploadId) ?? []), exchange]);
  }
  const problems: Problem[] = [];
  let unknown = 0;
  for (const folder of open) {
    // While it joins parts, versitygw adds a suffix to the folder's name.
    const [id, requests = []] = [...known].find(([uploadId]) => folder.startsWith(uploadId)) ?? [];
    const aborts = requests.filter(({ operation }) => operation === "AbortMultipartUpload");
    const isUnanswered = aborts.length > 0 && aborts.every(({ status = 0 }) => status < 200 || status > 299);
    const name = requests[0]?.path.split("/").at(-1) ?? "";
    if (id === undefined) unknown++;
    else if (!isUnanswered && (givenUp.has(name) || !failed.has(name))) problems.push({ name, what: `its upload in parts is left open${folder === id ? "" : ", half joined"}` });
  }
  const untold = exchanges.filter(
    ({ operation, status, path }) =>
      operation === "CreateMultipartUpload" && (status !== 200 || givenUp.has(path.split("/").at(-1) ?? "")),
  ).length;
  if (unknown > untold) problems.push({ name: "", what: `${unknown} uploads in parts were begun and forgotten, ${untold} at most had no answer` });
  return problems;
}

/** What readers get of some of the objects: by the API and S3, not from the disk. */
export async function checkReadable(run: LocalRun, seed: number, token: string, files: FilePlan[], outcomes: Map<number, Outcome>): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { index, name, size } of files) {
    const stored = outcomes.get(index)?.stored;
    if (!stored) continue;
    const headers = { Authorization: token, "Content-Type": "application/json" };
    const body = JSON.stringify({ key: stored.key });
    const signed = await fetch(`${run.outputs.ApiUrl}downloads`, { method: "POST", headers, body });
    const answer = signed.ok ? await fetch(((await signed.json()) as { url: string }).url) : signed;
    const got = new Uint8Array(await answer.arrayBuffer());
    const isSame = answer.ok && got.length === size && sha256(got) === sha256(bytesOf(seed, index, size));
    if (!isSame) problems.push({ name, what: `a reader gets ${answer.status} and ${got.length} of ${size} B` });
  }
  return problems;
}
