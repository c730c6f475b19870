import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CDPSession } from "@playwright/test";
import { expect, picker, row, signIn, storedKey, test } from "./page_fixtures";
import { sha256 } from "../local_run/local_run";
import { landscape } from "./pictures";

test.beforeEach(({ page }) => signIn(page));

test("a file with a non-ASCII name is stored byte for byte", async ({ page, run, folder }) => {
  const name = "Grüße aus Köln – 日本 🎉.png";
  const path = join(folder, name);
  await writeFile(path, landscape(640, 480, 1));
  const want = sha256(await readFile(path));

  await picker(page).setInputFiles(path);
  const key = await storedKey(page, name);

  expect(key).toMatch(/^uploads\/[\w-]+\/[0-9A-Z]{26}\/Grusse-aus-Koln\.png$/);
  expect(sha256(await run.object(key))).toBe(want);
  await expect(row(page, name).getByText(want, { exact: true })).toBeVisible();
  await expect(row(page, name).locator("canvas")).toBeVisible();
});

test("the row shows the type that is stored, not the one that the browser reports", async ({ page }) => {
  await picker(page).setInputFiles({ name: "table.csv", mimeType: "application/vnd.ms-excel", buffer: Buffer.from("a,b") });
  await storedKey(page, "table.csv");
  await expect(row(page, "table.csv").locator('[data-part="meta"]')).toHaveText("General · 3 B · text/csv");
});

test("names may contain any characters, and are shown unchanged", async ({ page, run }) => {
  const names = ["<img src=x onerror=alert(1)>.txt", "دفتر ملاحظات.txt", "100% & \"more\" #1?.txt", "....txt", `${"long ".repeat(40)}.txt`];
  await picker(page).setInputFiles(names.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) })));
  for (const name of names) {
    const key = await storedKey(page, name);
    expect((await run.object(key)).toString()).toBe(name);
  }
});

test("folders and files can be dropped anywhere on the page", async ({ page, run, devtools, folder }) => {
  await mkdir(join(folder, "holiday/day 1"), { recursive: true });
  await mkdir(join(folder, "nothing"));
  const bytes = landscape(320, 240, 3);
  await writeFile(join(folder, "holiday/day 1/beach.png"), bytes);
  for (let i = 1; i <= 120; i++) await writeFile(join(folder, `holiday/${i}.txt`), `${i}`); // the browser lists 100 at a time
  await writeFile(join(folder, "beside.txt"), "beside");

  await drop(devtools, [join(folder, "holiday"), join(folder, "nothing"), join(folder, "beside.txt")]);

  await expect(page.getByText("nothing/ is empty.")).toBeVisible();
  await expect(page.getByText("122 of 122 stored", { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(row(page, "beach.png")).toContainText("holiday/day 1/");
  await expect(row(page, "beside.txt")).not.toContainText("holiday");
  expect(sha256(await run.object(await storedKey(page, "beach.png")))).toBe(sha256(bytes));
  for (const i of [1, 120]) expect((await run.object(await storedKey(page, `${i}.txt`))).toString()).toBe(`${i}`);
});

test("files in a chosen folder keep their paths, and pasted files are uploaded", async ({ page, run, folder }) => {
  await mkdir(join(folder, "papers/old"), { recursive: true });
  await writeFile(join(folder, "papers/old/will.txt"), "text");
  await page.getByLabel("Choose a folder").setInputFiles(join(folder, "papers"));
  expect((await run.object(await storedKey(page, "will.txt"))).toString()).toBe("text");
  await expect(row(page, "will.txt")).toContainText("papers/old/");

  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(["pasted"], "screenshot.txt", { type: "text/plain" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  expect((await run.object(await storedKey(page, "screenshot.txt"))).toString()).toBe("pasted");
});

test("a file is not shown as stored before S3 has confirmed it", async ({ page, run }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(`${run.outputs.Local.S3Endpoint}/**`, async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  const before = (await run.keys()).length;
  await picker(page).setInputFiles({ name: "slow.txt", mimeType: "text/plain", buffer: Buffer.from("slow") });
  await expect.poll(async () => (await run.keys()).length).toBe(before + 1);
  await expect(row(page, "slow.txt")).toHaveAttribute("data-state", /uploading|finishing/);
  await expect(row(page, "slow.txt")).not.toContainText("Stored");
  release();
  await storedKey(page, "slow.txt");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("nothing is wider than the screen", async ({ page }) => {
    const name = `${"Donaudampfschifffahrt".repeat(8)}.txt`;
    await picker(page).setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from("x") });
    await storedKey(page, name);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test("nothing covers the buttons of a stored file", async ({ page }) => {
    await picker(page).setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("note") });
    await storedKey(page, "note.txt");
    for (const name of ["Open", "Download"]) {
      await row(page, "note.txt").getByRole("button", { name }).click({ trial: true });
    }
  });
});

/** Drops the files and folders at these paths, as from the desktop. */
async function drop(devtools: CDPSession, files: string[]): Promise<void> {
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await devtools.send("Input.dispatchDragEvent", { type, x: 300, y: 700, data });
  }
}
