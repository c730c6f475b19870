import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as playwrightTest } from "@playwright/test";
import { startEdited, startLocal, type Template } from "./local_run/edited_run";
import type { LocalRun } from "./local_run/local_run";

interface TestFixtures {
  /** A folder for the test's files. It is removed after the test. */
  folder: string;
  /** Makes run.unfinished() ignore what earlier tests left behind. */
  ignoreEarlierUploads: void;
}

/** Changes the template of a stack. */
export type TemplateEdit = (template: Template) => void;

interface WorkerFixtures {
  /** A local run that all tests of the worker share. */
  run: LocalRun;
  /** Starts a local run of the edited template. Tests that pass the same function share one. */
  editedRun: (edit: TemplateEdit) => Promise<LocalRun>;
}

/** Tests against a local run. */
export const test = playwrightTest.extend<TestFixtures, WorkerFixtures>({
  run: [
    async ({}, use) => {
      const run = await startLocal();
      await use(run);
      await run.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  editedRun: [
    async ({ run }, use) => {
      const runs = new Map<TemplateEdit, Promise<LocalRun>>();
      await use(async (edit) => {
        const started = runs.get(edit) ?? startEdited(run, edit);
        runs.set(edit, started);
        const edited = await started;
        await edited.ignoreUnfinished();
        return edited;
      });
      for (const result of await Promise.allSettled(runs.values())) {
        if (result.status === "fulfilled") await result.value.stop();
      }
    },
    { scope: "worker", timeout: 300_000 },
  ],
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "signpost-files-"));
    await use(folder);
    await rm(folder, { recursive: true });
  },
  ignoreEarlierUploads: [
    async ({ run }, use) => {
      await run.ignoreUnfinished();
      await use();
    },
    { auto: true },
  ],
});
