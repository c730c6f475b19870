import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { ClientPage } from "../browser/client/client_page";
import { test as base } from "../browser/client/client_fixtures";
import type { LocalRun } from "../browser/local_run/local_run";
import { DemoPage } from "./demo_page";
import type { Engine, EngineOptions, Name, Tab } from "./engine";
import { programOf } from "./programs";
import { startChromium, startFirefox } from "./puppeteer";
import { startWebKit } from "./webkit";

const start: Record<Name, (program: string, options: EngineOptions) => Promise<Engine>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
};

export interface EngineFixtures {
  engineName: Name;
}

interface Fixtures {
  /** Where the browser saves what is downloaded. */
  downloads: string;
  /** Whether pages get localStorage. */
  storage: boolean;
  /** A browser of the test's own, behind the line. */
  engine: Engine;
  tab: Tab;
  /** The demo page of the shared run. */
  demo: DemoPage;
  /** Opens the demo page with another stack behind it. */
  openDemo: (stack: LocalRun) => Promise<DemoPage>;
  /** Opens the page with nothing on it but the client. */
  openClient: (stack: LocalRun) => Promise<ClientPage>;
}

/** Tests with a local run, and a browser of any engine behind a line that fails as it is told. */
export const test = base.extend<Fixtures, EngineFixtures>({
  engineName: ["chromium", { option: true, scope: "worker" }],
  storage: [true, { option: true }],
  downloads: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "signpost-downloads-"));
    await use(folder);
    await rm(folder, { recursive: true });
  },
  engine: async ({ engineName, line, downloads, storage }, use, testInfo) => {
    const engine = await start[engineName](programOf[engineName](), { proxy: line.url, downloads, storage });
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
  openDemo: async ({ tab, run, line }, use) => {
    await use(async (stack) => {
      // Served by the line without its policy, which knows the stack of its own run only.
      const html = await (await fetch(run.outputs.Local.PageUrl)).text();
      line.pages.set("/", { type: "text/html", text: html });
      const config = JSON.stringify({ "Signpost-local": stack.outputs });
      line.pages.set("/config.json", { type: "application/json", text: config });
      return DemoPage.open(tab, run, stack);
    });
  },
  openClient: async ({ tab, run }, use) => {
    const url = new URL("/client_page/", run.outputs.Local.PageUrl).href;
    const opened: ClientPage[] = [];
    await use(async (stack) => {
      const client = new ClientPage(asPage(tab), stack, url, "first");
      await client.open();
      opened.push(client);
      return client;
    });
    for (const client of opened) await client.checkFaults();
  },
});

/** As much of Playwright's page as ClientPage asks for. */
function asPage(tab: Tab): Page {
  const page = {
    goto: (url: string) => tab.goto(url),
    evaluate: (call: (argument: unknown) => unknown, argument: unknown) => tab.evaluate(call, argument),
    getByLabel: () => ({ setInputFiles: (paths: string[]) => tab.choose("#files", paths) }),
  };
  return page as unknown as Page;
}
