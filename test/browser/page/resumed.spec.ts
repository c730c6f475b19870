import type { Page } from "@playwright/test";
import { makeFile, storedParts, smallThreshold } from "../client/client_fixtures";
import { FaultProxy } from "../fault_proxy/fault_proxy";
import { expect, picker, row, signIn, storedKey, test as base } from "./page_fixtures";
import { openWithStackOf } from "./stand_ins";

const size = 14 << 20; // bytes: three parts

const test = base.extend<{ faultProxy: FaultProxy }>({
  faultProxy: async ({}, use) => {
    const faultProxy = new FaultProxy();
    await faultProxy.listen();
    await use(faultProxy);
    faultProxy.close();
  },
  context: async ({ browser, faultProxy }, use) => {
    // By default Chromium uses no proxy for loopback addresses.
    const context = await browser.newContext({ bypassCSP: true, proxy: { server: faultProxy.url, bypass: "<-loopback>" } });
    await use(context);
    await context.close();
  },
});
test.use({ expectedErrors: /Failed to load resource/ });

test("after a reload, the same file is resumed as the kind that it was, with its metadata", async ({ page, run, editedRun, folder, faultProxy }) => {
  const stack = await editedRun(smallThreshold);
  const film = await makeFile(folder, "film.mp4", size);
  await openWithStackOf(page, run, stack);
  await signIn(page);
  await page.getByRole("radio", { name: "Film" }).check();
  await page.getByLabel("Title").fill("Holidays");
  await stopBeforeLastPart(page, faultProxy, film.path);

  page.once("dialog", (dialog) => dialog.accept()); // The page asks before it is left during an upload.
  await page.reload();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  const notice = page.getByRole("region", { name: "Unfinished uploads" });
  await expect(notice).toContainText(/film\.mp4 15 MB, \d+% sent, as Film/);
  await expect(page.getByLabel("Title")).toHaveValue("Holidays");
  await page.getByRole("radio", { name: "General" }).check();
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  faultProxy.injectFault("UploadPart", { kind: "hold", until: () => released });
  await picker(page).setInputFiles(film.path);
  await expect(row(page, "film.mp4")).toContainText("Uploading the rest");
  release();
  const key = await storedKey(page, "film.mp4");
  expect(key).toMatch(/^uploads\/film\//);
  await expect(notice).toBeHidden();
  await expect(row(page, "film.mp4")).toContainText("resumed");
  expect(storedParts(faultProxy)).toHaveLength(1);
  expect(await stack.objectSha256(key)).toBe(film.sha256);

  await page.reload();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  await expect(notice).toBeHidden();
});

test("a user doesn't resume another user's upload", async ({ page, run, editedRun, folder, context, faultProxy }) => {
  const stack = await editedRun(smallThreshold);
  const film = await makeFile(folder, "film.mp4", size);
  await openWithStackOf(page, run, stack);
  await signIn(page, "Ada");
  await stopBeforeLastPart(page, faultProxy, film.path);

  const next = await context.newPage(); // It has the localStorage of the first tab, but not its sessionStorage.
  await page.close();
  await openWithStackOf(next, run, stack);
  const records = () => next.evaluate(() => Object.keys(localStorage).filter((name) => /^signpost:/.test(name)));
  expect(await records()).toHaveLength(1);
  await signIn(next, "Grace");
  expect(await records()).toEqual([]);
  await expect(next.getByRole("region", { name: "Unfinished uploads" })).toBeHidden();
  await picker(next).setInputFiles(film.path);
  const key = await storedKey(next, "film.mp4");
  await expect(row(next, "film.mp4")).not.toContainText("resumed");
  expect(storedParts(faultProxy).sort()).toEqual([1, 2, 3]);
  expect(await stack.objectSha256(key)).toBe(film.sha256);
});

/**
 * Uploads a file of three parts until S3 has two of them, and clears the proxy's list of requests.
 */
async function stopBeforeLastPart(page: Page, faultProxy: FaultProxy, path: string): Promise<void> {
  const injected = faultProxy.injectFault("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  await picker(page).setInputFiles(path);
  await expect(row(page, "film.mp4")).toContainText("2 of 3 parts", { timeout: 60_000 });
  injected.remove();
  faultProxy.exchanges = [];
}
