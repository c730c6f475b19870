// What must be true at the end of a run, whatever failed before.
import type { Exchange } from "../browser/fault_proxy/exchange";
import { type LocalRun, sha256 } from "../browser/local_run/local_run";
import type { Outcome } from "./page/main";
import type { FilePlan } from "./plan";
import { bytesOf } from "./random";

/** A run that has ended. */
export interface FinishedRun {
  run: LocalRun;
  seed: number;
  files: FilePlan[];
  /** By the file's index. */
  outcomes: Map<number, Outcome>;
  exchanges: Exchange[];
}

export interface Problem {
  /** The file's name, or "". */
  name: string;
  problem: string;
}

/**
 * Every file must be stored once, with its bytes, and its promise must say so. An aborted file may
 * be stored.
 */
export async function checkFiles({ run, seed, files, outcomes }: FinishedRun): Promise<Problem[]> {
  const problems: Problem[] = [];
  const keysOf = Map.groupBy(await run.keys(), baseName);
  for (const { index, name, size, abortAfter } of files) {
    const addProblem = (problem: string) => problems.push({ name, problem: `${size} B: ${problem}` });
    const outcome = outcomes.get(index);
    const { stored, error } = outcome ?? {};
    const keys = keysOf.get(name) ?? [];
    keysOf.delete(name);
    if (!outcome) addProblem("its promise has not settled");
    if (error && (abortAfter === undefined || error.name !== "AbortError")) {
      addProblem(`it failed: ${[error.name, error.code, error.status, error.message].filter(Boolean).join(" ")}`);
    }
    if (stored && !keys.includes(stored.key)) addProblem(`reported as stored at ${stored.key}, where there is no object`);
    if (stored && stored.size !== size) addProblem(`reported as stored with ${stored.size} B`);
    if (keys.length > 1) addProblem(`stored ${keys.length} times: ${keys.join(", ")}`);
    if (keys.length === 0) continue;
    const want = sha256(bytesOf(seed, index, size));
    if (stored?.sha256 && stored.sha256 !== want) addProblem("the client reports another SHA-256");
    for (const key of keys) {
      if ((await run.objectSha256(key)) !== want) addProblem(`the object at ${key} has other bytes`);
    }
  }
  for (const [name, keys] of keysOf) problems.push({ name, problem: `nobody has uploaded ${keys.join(", ")}` });
  return problems;
}

/**
 * No multipart upload may be left open, with three exceptions. If the response with its id was
 * lost, only S3's lifecycle rule can end it. If the file failed, the client keeps it to resume
 * later. And the requests to abort it may all have been without a response.
 */
export async function checkOpenUploads({ run, files, outcomes, exchanges }: FinishedRun, open: string[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  const failed = new Set(files.filter(({ index }) => !outcomes.get(index)?.stored).map(({ name }) => name));
  const aborted = new Set(files.filter(({ abortAfter }) => abortAfter !== undefined).map(({ name }) => name));
  const known = Map.groupBy(exchanges, ({ uploadId }) => uploadId ?? "");
  known.delete("");
  let unknown = 0;
  for (const folder of open) {
    // While versitygw joins the parts, their folder's name has a suffix.
    const [id, requests = []] = [...known].find(([uploadId]) => folder.startsWith(uploadId)) ?? [];
    const aborts = requests.filter(({ operation }) => operation === "AbortMultipartUpload");
    const isUnanswered = aborts.length > 0 && !aborts.some(hasSucceeded);
    const name = baseName(requests[0]?.path ?? "");
    if (id === undefined) unknown++;
    else if (!isUnanswered && (aborted.has(name) || !failed.has(name))) {
      problems.push({ name, problem: `its multipart upload is left open${folder === id ? "" : ", while being completed"}` });
    }
  }
  // A page may abort a file just when it receives the id.
  const idsLost = exchanges
    .filter(({ operation }) => operation === "CreateMultipartUpload")
    .filter((exchange) => !hasSucceeded(exchange) || aborted.has(baseName(exchange.path)));
  if (unknown > idsLost.length) {
    const problem = `${unknown} open uploads unknown to the client, but only ${idsLost.length} lost ids`;
    problems.push({ name: "", problem });
  }
  const keys = await run.keys();
  for (const { path, status } of exchanges.filter(({ operation }) => operation === "AbortMultipartUpload")) {
    if (status !== 204 || !keys.some((key) => path.endsWith(`/${key}`))) continue;
    problems.push({ name: baseName(path), problem: "S3 confirmed that it was aborted, but it is stored" });
  }
  return problems;
}

/** The first files can be downloaded, through the API and S3. */
export async function checkDownloads({ run, seed, files, outcomes }: FinishedRun, token: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const headers = { Authorization: token, "Content-Type": "application/json" };
  for (const { index, name, size } of files.slice(0, 30)) {
    const stored = outcomes.get(index)?.stored;
    if (!stored) continue;
    const body = JSON.stringify({ key: stored.key });
    const signed = await fetch(`${run.outputs.ApiUrl}downloads`, { method: "POST", headers, body });
    const answer = signed.ok ? await fetch(((await signed.json()) as { url: string }).url) : signed;
    const got = new Uint8Array(await answer.arrayBuffer());
    const isSame = answer.ok && got.length === size && sha256(got) === sha256(bytesOf(seed, index, size));
    if (!isSame) problems.push({ name, problem: `a download returns ${answer.status} and ${got.length} of ${size} B` });
  }
  return problems;
}

/** The last segment of a path or a key. */
export function baseName(path: string): string {
  return path.split("/").at(-1) ?? "";
}

function hasSucceeded({ status = 0 }: Exchange): boolean {
  return status >= 200 && status <= 299;
}
