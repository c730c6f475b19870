// Uploads while requests fail: see faults.spec.ts.
//
//	UPLOADS=1000 SEED=7 npx playwright test --config test/faults/playwright.config.ts
import { defineConfig } from "@playwright/test";
import { findChromium } from "../browser/find_chromium";

// Chosen once. The workers also read this file, and inherit the value.
process.env.SEED ||= String(1 + Math.floor(Math.random() * 1e9));

export default defineConfig({
  testDir: ".",
  outputDir: "../../.build/test-results-faults", // Changes in the root folder would invalidate Go's test cache.
  globalSetup: "../browser/local_run/global_setup.ts",
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0, // A seed that fails has found something.
  reporter: "list",
  use: { launchOptions: { executablePath: findChromium() } },
});
