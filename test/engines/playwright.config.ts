// The tests whose outcome an engine can change, in each engine. Playwright runs them, and drives no browser here.
//
//	npx playwright test --config test/engines/playwright.config.ts [--project firefox]
//
// FIREFOX, CHROMIUM and WEBKIT_DRIVER name the programs, or else they are the first in PATH; none is downloaded.
import { defineConfig } from "@playwright/test";
import { names } from "./engine";
import type { EngineFixtures } from "./fixtures";
import { programOf } from "./programs";

const missing: string[] = [];
const found = names.filter((name) => {
  try {
    return programOf[name]();
  } catch (error) {
    missing.push(`NOT RUN: the tests in ${name}: ${(error as Error).message}`);
    return false;
  }
});
if (missing.length > 0 && process.env.CI) throw new Error(missing.join("\n"));
if (process.env.TEST_WORKER_INDEX === undefined) for (const words of missing) console.error(words);

export default defineConfig<object, EngineFixtures>({
  testDir: ".",
  outputDir: "../../.build/engine-results", // a change of the root folder would make Go run its tests again
  globalSetup: "../browser/local_run/build.ts",
  workers: 2, // each with a local run of its own: a test waits more than it computes
  timeout: 120_000, // a busy machine is no failure
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: "list",
  projects: found.map((name) => ({ name, use: { engineName: name } })),
});
