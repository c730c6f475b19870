import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLocal, localAssembly } from "./build";
import { LocalRun } from "./local_run";

/**
 * Playwright's globalSetup: builds the local run's program, and lets it synthesize stage local,
 * which takes longer than all else that a start does. The workers' runs have that template. The
 * function that it returns removes both.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "signpost-local-"));
  await buildLocal(folder);
  const run = await LocalRun.start();
  await cp(run.assembly, localAssembly(), { recursive: true });
  await run.stop();
  return () => rm(folder, { recursive: true });
}
