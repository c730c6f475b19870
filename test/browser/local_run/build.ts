import { execFile } from "node:child_process";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";

/** The project's root folder. */
export const project = resolve(__dirname, "../../..");

/**
 * The environment for the project's programs. Its PATH begins with the Node.js that package.json
 * pins.
 */
export const environment = { ...process.env, PATH: join(project, "node_modules/.bin") + delimiter + process.env.PATH };

const variable = "SIGNPOST_LOCAL_BUILD";

/** Builds the local run's program into a folder. Workers inherit which one. */
export async function buildLocal(folder: string): Promise<void> {
  await promisify(execFile)("go", ["build", "-o", join(folder, "local"), "./local"], { cwd: project, env: environment });
  process.env[variable] = folder;
}

/** The path of the local run's program. */
export const localProgram = () => join(builtFolder(), "local");

/** The path of the cloud assembly of stage local. Its origins are those of some other port. */
export const localAssembly = () => join(builtFolder(), "assembly");

function builtFolder(): string {
  const folder = process.env[variable];
  if (!folder) throw new Error(`${variable} is not set: playwright.config.ts must name local_run/global_setup.ts as its globalSetup`);
  return folder;
}
