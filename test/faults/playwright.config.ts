// Uploads while everything fails: see faults.spec.ts.
//
//	UPLOADS=1000 SEED=7 npx playwright test --config test/faults/playwright.config.ts
import { defineConfig } from "@playwright/test";
import { findChromium } from "../browser/find_chromium";

// Chosen once: the workers, which read this file too, inherit it.
process.env.SEED ||= String(1 + Math.floor(Math.random() * 1e9));

export default defineConfig({
  testDir: ".",
  outputDir: "../../.build/test-results-faults", // a change of the root folder would make Go run its tests again
  globalSetup: "../browser/local_run/build.ts",
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0, // a seed that fails is a finding
  reporter: "list",
  use: { launchOptions: { executablePath: findChromium() } },
});
