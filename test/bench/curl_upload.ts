// Times curl with signed URLs.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalFile } from "../browser/client/client_fixtures";
import { idTokenOf } from "../browser/local_run/cognito_api";
import type { LocalRun } from "../browser/local_run/local_run";
import { timeOf } from "./check_line";

/** Reports whether there is a curl. */
export function hasCurl(): Promise<boolean> {
  return promisify(execFile)("curl", ["--version"]).then(
    () => true,
    () => false,
  );
}

interface CurlUpload {
  /** A run whose deployment signs one request for each file, however large. */
  run: LocalRun;
  proxy: string | undefined;
  files: LocalFile[];
  folder: string;
}

/**
 * Uploads files with curl, each with one PUT, up to six at a time. Returns how long it took, in ms.
 * The URLs are signed before that.
 */
export async function timeCurl({ run, proxy, files, folder }: CurlUpload): Promise<number> {
  const token = await idTokenOf(run, "first");
  const transfers: string[] = [];
  for (const file of files) transfers.push(await transferOf(run, token, file, proxy));
  const config = join(folder, "curl.config");
  await writeFile(config, transfers.join("\nnext\n"), { mode: 0o600 }); // It has signed URLs.
  const args = ["--parallel", "--parallel-max", "6", "--fail-early", "--config", config];
  return timeOf(() => promisify(execFile)("curl", args));
}

/** One transfer in curl's configuration. */
async function transferOf(run: LocalRun, token: string, { name, path, size }: LocalFile, proxy = ""): Promise<string> {
  const response = await fetch(new URL("uploads", run.outputs.ApiUrl), {
    method: "POST",
    headers: { Authorization: token, "Content-Type": "application/json" },
    body: JSON.stringify({ filename: name, contentType: "application/zip", size }),
  });
  const { url, headers, error } = (await response.json()) as { url: string; headers: Record<string, string>; error?: { message: string } };
  if (!response.ok) throw new Error(`the API refused to sign: ${error?.message}`);
  // Without "Expect", curl sends the body at once, as a browser does.
  const lines = Object.entries({ ...headers, Expect: "" }).map(([header, value]) => `header = ${JSON.stringify(`${header}: ${value}`)}`);
  const options = [["url", url], ["upload-file", path], ["proxy", proxy], ["noproxy", proxy ? "" : "*"], ["output", "/dev/null"]];
  for (const [option, value] of options) lines.push(`${option} = ${JSON.stringify(value)}`);
  return ["silent", "show-error", "fail", ...lines].join("\n");
}
