import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";

/** The project's root folder. */
export const project = resolve(__dirname, "../../..");

/**
 * The environment for the project's programs. Its PATH begins with the Node.js that package.json
 * pins.
 */
export const environment = { ...process.env, PATH: join(project, "node_modules/.bin") + delimiter + process.env.PATH };

const variable = "SIGNPOST_LOCAL_PROGRAM";

/** The path of the local run's program, which is built once for all workers. */
export function localProgram(): string {
  const program = process.env[variable];
  if (!program) throw new Error(`${variable} is not set: playwright.config.ts must name local_run/build.ts as its globalSetup`);
  return program;
}

/** Playwright's globalSetup: builds the program. The function that it returns removes it. */
export default async function build(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "signpost-local-"));
  const program = join(folder, "local");
  await promisify(execFile)("go", ["build", "-o", program, "./local"], { cwd: project, env: environment });
  process.env[variable] = program; // Workers inherit it.
  return () => rm(folder, { recursive: true });
}
