import type { Page } from "@playwright/test";
import { makeFile, partsSent, smallThreshold } from "../client/client_fixtures";
import { FaultProxy } from "../fault_proxy/fault_proxy";
import { expect, picker, row, signIn, storedKey, test as base } from "./page_fixtures";
import { openWithStackOf } from "./stand_ins";

const size = 40 << 20; // bytes: three parts

const test = base.extend<{ line: FaultProxy }>({
  line: async ({}, use) => {
    const line = new FaultProxy();
    await line.listen();
    await use(line);
    line.close();
  },
  context: async ({ browser, line }, use) => {
    // Chromium goes to loopback without a proxy, unless told otherwise.
    const context = await browser.newContext({ bypassCSP: true, proxy: { server: line.url, bypass: "<-loopback>" } });
    await use(context);
    await context.close();
  },
});
test.use({ expectedErrors: /Failed to load resource/ });

test("after a reload the same file goes on where it stopped", async ({ page, run, variant, folder, line }) => {
  const stack = await variant(smallThreshold);
  const film = await makeFile(folder, "film.mp4", size);
  await openWithStackOf(page, run, stack);
  await signIn(page);
  await stopBeforeLastPart(page, line, film.path);

  page.once("dialog", (dialog) => dialog.accept()); // leaving is asked about while files are under way
  await page.reload();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  const notice = page.getByRole("region", { name: "Unfinished uploads" });
  await expect(notice).toContainText(/film\.mp4 42 MB, \d\d% sent/);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  line.catch("UploadPart", { kind: "hold", until: () => released });
  await picker(page).setInputFiles(film.path);
  await expect(row(page, "film.mp4")).toContainText("Uploading the rest");
  release();
  const key = await storedKey(page, "film.mp4");
  await expect(notice).toBeHidden();
  await expect(row(page, "film.mp4")).toContainText("resumed");
  expect(partsSent(line)).toHaveLength(1);
  expect(await stack.objectSha256(key)).toBe(film.sha256);

  await page.reload();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  await expect(notice).toBeHidden();
});

test("who signs in next doesn't go on with another's file", async ({ page, run, variant, folder, context, line }) => {
  const stack = await variant(smallThreshold);
  const film = await makeFile(folder, "film.mp4", size);
  await openWithStackOf(page, run, stack);
  await signIn(page, "Ada");
  await stopBeforeLastPart(page, line, film.path);

  const next = await context.newPage(); // what a tab keeps to itself is gone, what the browser keeps is not
  await page.close();
  await openWithStackOf(next, run, stack);
  const remembered = () => next.evaluate(() => Object.keys(localStorage).filter((name) => /^signpost:/.test(name)));
  expect(await remembered()).toHaveLength(1);
  await signIn(next, "Grace");
  expect(await remembered()).toEqual([]);
  await expect(next.getByRole("region", { name: "Unfinished uploads" })).toBeHidden();
  await picker(next).setInputFiles(film.path);
  const key = await storedKey(next, "film.mp4");
  await expect(row(next, "film.mp4")).not.toContainText("resumed");
  expect(partsSent(line).sort()).toEqual([1, 2, 3]);
  expect(await stack.objectSha256(key)).toBe(film.sha256);
});

/** Uploads a file of three parts until S3 has two, and begins to note anew what is sent. */
async function stopBeforeLastPart(page: Page, line: FaultProxy, path: string): Promise<void> {
  const trap = line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  await picker(page).setInputFiles(path);
  await expect(row(page, "film.mp4")).toContainText("2 of 3 parts", { timeout: 60_000 });
  trap.remove();
  line.exchanges = [];
}
