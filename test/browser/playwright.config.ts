// Browser tests: the real page in Debian's Chromium, against a local run that the tests start themselves.
//
//	npx playwright test --config test/browser/playwright.config.ts
//
// The browser is the one that CHROMIUM names, or else the first in PATH; none is downloaded.
import { defineConfig } from "@playwright/test";
import { findChromium } from "./find_chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "../../.build/test-results", // a change of the root folder would make Go run its tests again
  globalSetup: "./local_run/build.ts",
  testIgnore: "page/screenshot.spec.ts", // it writes into docs/: see screenshot.config.ts
  workers: 2, // each with a local run of its own: a test waits more than it computes
  timeout: 120_000, // a busy machine is no failure
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: "list",
  use: {
    launchOptions: { executablePath: findChromium() },
    viewport: { width: 1440, height: 900 },
  },
});
