// Tests in Chromium: the client, the demo page and the frameworks, against local runs that the
// tests start.
//
//	npx playwright test --config test/browser/playwright.config.ts
//
// CHROMIUM is the path of the browser, by default the first one in PATH. None is downloaded.
import { defineConfig } from "@playwright/test";
import { findChromium } from "./find_chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "../../.build/test-results", // Changes in the root folder would invalidate Go's test cache.
  globalSetup: "./local_run/global_setup.ts",
  testIgnore: "page/screenshot.spec.ts", // It writes to docs/: see screenshot.config.ts.
  workers: 2, // Each has its own local run. Tests wait more than they compute.
  timeout: 120_000, // long enough for a busy machine
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: "list",
  use: {
    launchOptions: { executablePath: findChromium() },
    viewport: { width: 1440, height: 900 },
  },
});
