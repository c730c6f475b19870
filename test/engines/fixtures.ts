import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { ClientPage } from "../browser/client/client_page";
import { test as base } from "../browser/client/client_fixtures";
import type { LocalRun } from "../browser/local_run/local_run";
import { DemoPage } from "./demo_page";
import { type Engine, type EngineOptions, type EngineName, engineNames, type Tab } from "./engine";
import { findEngine, isInstalled } from "./programs";
import { startChromium, startFirefox } from "./puppeteer";
import { startWebKit } from "./webkit";

const startEngine: Record<EngineName, (program: string, options: EngineOptions) => Promise<Engine>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
};

interface Fixtures {
  engineName: EngineName;
  /** The folder for the browser's downloads. */
  downloads: string;
  /** Whether pages can use localStorage. */
  storage: boolean;
  /** A browser for this test, behind the proxy. */
  engine: Engine;
  tab: Tab;
  /** The demo page of the shared run. */
  demo: DemoPage;
  /** Opens the demo page of the shared run, for another stack. */
  openDemo: (stack: LocalRun) => Promise<DemoPage>;
  /** Opens the client's test page. */
  openClient: (stack: LocalRun) => Promise<ClientPage>;
}

/** Tests with a local run, and a browser of any engine behind a FaultProxy. */
export const test = base.extend<Fixtures>({
  engineName: ["chromium", { option: true }],
  storage: [true, { option: true }],
  downloads: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "signpost-downloads-"));
    await use(folder);
    await rm(folder, { recursive: true });
  },
  engine: async ({ engineName, faultProxy, downloads, storage }, use, testInfo) => {
    const engine = await startEngine[engineName](findEngine[engineName](), { proxy: faultProxy.url, downloads, storage });
    await use(engine);
    if (testInfo.status !== testInfo.expectedStatus) {
      const path = testInfo.outputPath(`${engineName}.png`);
      await engine.tab.screenshot(path).catch(() => {});
      await testInfo.attach("the page", { path, contentType: "image/png" }).catch(() => {});
    }
    await engine.close();
  },
  tab: async ({ engine }, use) => use(engine.tab),
  demo: async ({ tab, run }, use) => use(await DemoPage.open(tab, run)),
  openDemo: async ({ tab, run, faultProxy }, use) => {
    await use(async (stack) => {
      // The proxy serves the page without its Content-Security-Policy, which lists only the run's
      // own stack.
      const html = await (await fetch(run.outputs.Local.PageUrl)).text();
      faultProxy.pages.set("/", { type: "text/html", text: html });
      const config = JSON.stringify({ "Signpost-local": stack.outputs });
      faultProxy.pages.set("/config.json", { type: "application/json", text: config });
      return DemoPage.open(tab, run, stack);
    });
  },
  openClient: async ({ tab, run }, use) => {
    const url = new URL("/client_page/", run.outputs.Local.PageUrl).href;
    const clients: ClientPage[] = [];
    await use(async (stack) => {
      const client = new ClientPage(asPage(tab), stack, url, "first");
      await client.open();
      clients.push(client);
      return client;
    });
    for (const client of clients) await client.checkProgress();
  },
});

/** The engines whose tests are here only. For Chromium, test/browser has them. */
export const otherEngines: readonly EngineName[] = engineNames.filter((name) => name !== "chromium");

/**
 * Declares tests for each of these engines that is installed. Not by Playwright's projects: each of
 * those has workers of its own, with local runs of their own.
 */
export function inEngines(engines: readonly EngineName[], declare: () => void): void {
  for (const engineName of engines.filter(isInstalled)) {
    test.describe(engineName, () => {
      test.use({ engineName });
      declare();
    });
  }
}

/** The part of Playwright's Page that ClientPage uses. */
function asPage(tab: Tab): Page {
  const page = {
    goto: (url: string) => tab.goto(url),
    evaluate: (call: (argument: unknown) => unknown, argument: unknown) => tab.evaluate(call, argument),
    getByLabel: () => ({ setInputFiles: (paths: string[]) => tab.choose("#files", paths) }),
  };
  return page as unknown as Page;
}
