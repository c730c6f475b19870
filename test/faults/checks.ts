// What must hold at the end, whatever happened on the way.
import type { Exchange } from "../browser/fault_proxy/exchange";
import { type LocalRun, sha256 } from "../browser/local_run/local_run";
import type { Outcome } from "./page/main";
import type { FilePlan } from "./plan";
import { bytesOf } from "./random";

/** Everything that the checks look at. */
export interface Finished {
  run: LocalRun;
  seed: number;
  files: FilePlan[];
  /** By the file's index. */
  outcomes: Map<number, Outcome>;
  exchanges: Exchange[];
}

export interface Problem {
  /** The file's, or empty. */
  name: string;
  what: string;
}

/** Each file is stored, whole and once, and its promise says just that. One that was given up may be there, whole. */
export async function checkFiles({ run, seed, files, outcomes }: Finished): Promise<Problem[]> {
  const problems: Problem[] = [];
  const keysOf = Map.groupBy(await run.keys(), lastOf);
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
    if (keys.length === 0) continue;
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
export async function checkOpen({ run, files, outcomes, exchanges }: Finished, open: string[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  const failed = new Set(files.filter(({ index }) => !outcomes.get(index)?.stored).map(({ name }) => name));
  const givenUp = new Set(files.filter(({ abortAfter }) => abortAfter !== undefined).map(({ name }) => name));
  const known = Map.groupBy(exchanges, ({ uploadId }) => uploadId ?? "");
  known.delete("");
  let unknown = 0;
  for (const folder of open) {
    // While it joins parts, versitygw adds a suffix to the folder's name.
    const [id, requests = []] = [...known].find(([uploadId]) => folder.startsWith(uploadId)) ?? [];
    const aborts = requests.filter(({ operation }) => operation === "AbortMultipartUpload");
    const isUnanswered = aborts.length > 0 && !aborts.some(wasDone);
    const name = lastOf(requests[0]?.path ?? "");
    if (id === undefined) unknown++;
    else if (!isUnanswered && (givenUp.has(name) || !failed.has(name))) {
      problems.push({ name, what: `its upload in parts is left open${folder === id ? "" : ", half joined"}` });
    }
  }
  // A page may give a file up just as it is told the id.
  const untold = exchanges
    .filter(({ operation }) => operation === "CreateMultipartUpload")
    .filter((exchange) => !wasDone(exchange) || givenUp.has(lastOf(exchange.path)));
  if (unknown > untold.length) {
    const what = `${unknown} open uploads that the client knows nothing of, and ${untold.length} unanswered requests`;
    problems.push({ name: "", what });
  }
  const keys = await run.keys();
  for (const { path, status } of exchanges.filter(({ operation }) => operation === "AbortMultipartUpload")) {
    if (status !== 204 || !keys.some((key) => path.endsWith(`/${key}`))) continue;
    problems.push({ name: lastOf(path), what: "S3 said that it was given up, and it is stored" });
  }
  return problems;
}

/** What readers get of the first files: by the API and S3, not from the disk. */
export async function checkReadable({ run, seed, files, outcomes }: Finished, token: string): Promise<Problem[]> {
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
    if (!isSame) problems.push({ name, what: `a reader gets ${answer.status} and ${got.length} of ${size} B` });
  }
  return problems;
}

/** The name of a file, of its key or of a path to it. */
export function lastOf(path: string): string {
  return path.split("/").at(-1) ?? "";
}

function wasDone({ status = 0 }: Exchange): boolean {
  return status >= 200 && status <= 299;
}
