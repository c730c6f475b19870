import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { environment, project } from "../browser/local_run/build";

/** The page's origin in stage local's AllowedOrigins. Nobody listens there: the proxy serves the page. */
export const pageOrigin = "http://127.0.0.1:8080";

/** Synthesizes stage local into this folder, once for all starts of a run. */
export async function synthesize(folder: string): Promise<void> {
  const { app, context } = JSON.parse(await readFile(join(project, "cdk.json"), "utf8"));
  const [program, ...args] = app.split(" ");
  const env = { ...environment, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ ...context, stage: "local" }) };
  await promisify(execFile)(program, args, { cwd: project, env });
}
