// Tests whose outcome depends on the browser's engine, in each engine. Playwright runs them, but
// other drivers control the browsers.
//
//	npx playwright test --config test/engines/playwright.config.ts [--grep firefox]
//
// FIREFOX, CHROMIUM and WEBKIT_DRIVER are the paths of the programs, by default the first ones in
// PATH. None is downloaded.
import { defineConfig } from "@playwright/test";
import { engineNames } from "./engine";
import { isInstalled, problemWith } from "./programs";

const missing = engineNames.filter((name) => !isInstalled(name)).map((name) => `NOT RUN: the tests in ${name}: ${problemWith(name)}`);
if (missing.length > 0 && process.env.CI) throw new Error(missing.join("\n"));
if (process.env.TEST_WORKER_INDEX === undefined) for (const message of missing) console.error(message);

export default defineConfig({
  testDir: ".",
  outputDir: "../../.build/engine-results", // Changes in the root folder would invalidate Go's test cache.
  globalSetup: "../browser/local_run/global_setup.ts",
  workers: 2, // Each has its own local run. Tests wait more than they compute.
  timeout: 120_000, // long enough for a busy machine
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: "list",
});
