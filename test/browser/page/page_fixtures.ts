import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CDPSession, type Locator, type Page, expect, test as base } from "@playwright/test";
import { startEdited, type Template } from "../local_run/edited_run";
import { LocalRun } from "../local_run/local_run";

interface TestFixtures {
  /** Console errors that a test brings about on purpose; all others fail it, violations of the CSP among them. */
  expectedErrors: RegExp | undefined;
  /** A folder for the test's own files, gone afterwards. */
  folder: string;
  /** The DevTools protocol, for what Playwright has no call of its own. */
  devtools: CDPSession;
  /** What other tests have left unfinished in the run is none of this one's business. */
  passOver: void;
}

interface WorkerFixtures {
  run: LocalRun;
  /** A run of the same template with this edit: one for each edit, started when it is first asked for. */
  variant: (edit: (template: Template) => void) => Promise<LocalRun>;
}

/** Tests with a local run behind them; page is open, nobody is signed in. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  run: [
    async ({}, use) => {
      const run = await LocalRun.start();
      await use(run);
      await run.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  variant: [
    async ({ run }, use) => {
      const variants = new Map<object, Promise<LocalRun>>();
      await use(async (edit) => {
        const variant = variants.get(edit) ?? startEdited(run, edit);
        variants.set(edit, variant);
        await (await variant).passOver();
        return variant;
      });
      for (const started of await Promise.allSettled(variants.values())) {
        if (started.status === "fulfilled") await started.value.stop();
      }
    },
    { scope: "worker", timeout: 300_000 },
  ],
  expectedErrors: [undefined, { option: true }],
  page: async ({ page, run, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(run.outputs.Local.PageUrl);
    await use(page);
    expect(errors.filter((text) => !expectedErrors?.test(text)), "errors in the browser's console").toEqual([]);
  },
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "signpost-files-"));
    await use(folder);
    await rm(folder, { recursive: true });
  },
  passOver: [
    async ({ run }, use) => {
      await run.passOver();
      await use();
    },
    { auto: true },
  ],
  devtools: async ({ page }, use) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await use(session);
  },
});

export { expect };

export async function signIn(page: Page, name: "Ada" | "Grace" = "Ada"): Promise<void> {
  await page.getByRole("button", { name: new RegExp(name, "i") }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
}

export function picker(page: Page): Locator {
  return page.getByLabel("Choose files");
}

/** The row of the file with this name. */
export function row(page: Page, name: string): Locator {
  return page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });
}

/** Where the file with this name is, in words and numbers. */
export function status(page: Page, name: string): Locator {
  return row(page, name).locator(".status");
}

/** Waits until the page says that the file is stored, and gives the key that it names. */
export async function storedKey(page: Page, name: string): Promise<string> {
  await expect(row(page, name)).toHaveAttribute("data-state", "stored");
  return (await row(page, name).locator(".key").textContent()) ?? "";
}

/**
 * Limits uploads to so many bytes a second; -1 lifts it. What a test wants to see on the way should take a minute then: a
 * busy machine may look only every few seconds.
 */
export async function throttle(devtools: CDPSession, uploadThroughput: number, offline = false): Promise<void> {
  await devtools.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
}
