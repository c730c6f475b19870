import { type CDPSession, expect, type Locator, type Page } from "@playwright/test";
import { test as base } from "../fixtures";

interface PageFixtures {
  /**
   * Console errors that the test causes on purpose. Any other one fails the test, such as a
   * violation of the CSP.
   */
  expectedErrors: RegExp | undefined;
  /** The DevTools protocol, for what Playwright has no API for. */
  devtools: CDPSession;
}

/** Tests of the demo page. `page` shows it, and nobody is signed in. */
export const test = base.extend<PageFixtures>({
  expectedErrors: [undefined, { option: true }],
  page: async ({ page, run, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(run.outputs.Local.PageUrl);
    await use(page);
    expect(errors.filter((text) => !expectedErrors?.test(text)), "errors in the browser's console").toEqual([]);
  },
  devtools: async ({ page }, use) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await use(session);
  },
});

export { expect };

/** Signs in by the user's button. */
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

/** The status of the file with this name, in words and numbers. */
export function status(page: Page, name: string): Locator {
  return row(page, name).locator(".status");
}

/** Waits until the page shows that the file is stored, and returns the key that it shows. */
export async function storedKey(page: Page, name: string): Promise<string> {
  await expect(row(page, name)).toHaveAttribute("data-state", "stored");
  return (await row(page, name).locator(".key").textContent()) ?? "";
}

/**
 * Limits uploads to this many bytes a second; -1 removes the limit. Something that a test has to
 * see on the way should then take a minute: a busy machine may look only every few seconds.
 */
export async function throttle(devtools: CDPSession, uploadThroughput: number, offline = false): Promise<void> {
  await devtools.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
}
