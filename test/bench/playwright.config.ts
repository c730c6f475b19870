// Times uploads: see client.spec.ts. Nothing is asserted.
//
//	RUNS=5 npx playwright test --config test/bench/playwright.config.ts
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "../../.build/test-results-bench", // Changes in the root folder would invalidate Go's test cache.
  globalSetup: "../browser/local_run/global_setup.ts",
  workers: 1,
  timeout: 0,
  forbidOnly: true,
  reporter: "list",
});
