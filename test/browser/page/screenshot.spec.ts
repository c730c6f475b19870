import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CDPSession, Page } from "@playwright/test";
import { expect, picker, row, signIn, storedKey, test, throttle } from "./page_fixtures";
import { project } from "../local_run/build";
import { landscape } from "./pictures";

test.use({ expectedErrors: /status of 415/ });

const largest = 300_000; // bytes: everybody who reads the README loads it

test.describe("on a desktop", () => {
  test.use({ viewport: { width: 1440, height: 1124 } });

  test("docs/page.png shows files that are stored, refused, uploading and paused", async ({ page, devtools }) => {
    await addFiles(page, devtools);
    await save(page, "page.png");
  });
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true });

  test("docs/page-phone.png shows the same in dark mode", async ({ page, devtools }) => {
    await addFiles(page, devtools);
    await save(page, "page-phone.png");
  });
});

/** Signs in and adds files. It returns when one of them is half uploaded. */
async function addFiles(page: Page, devtools: CDPSession): Promise<void> {
  await signIn(page);
  const agenda = { name: "agenda.html", mimeType: "text/html", buffer: Buffer.from("<h1>Agenda</h1>") };
  await picker(page).setInputFiles(agenda);
  await expect(row(page, "agenda.html")).toHaveAttribute("data-state", "failed");
  const picture = "Grüße aus Köln 🎉.png";
  await picker(page).setInputFiles({ name: picture, mimeType: "image/png", buffer: landscape(1600, 1066, 7) });
  await storedKey(page, picture);
  await expect(row(page, picture).getByRole("button", { name: "Open" })).toBeVisible();

  await throttle(devtools, 2 << 20);
  await picker(page).setInputFiles([
    { name: "keynote.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(24 << 20, 1) },
    { name: "podcast.mp3", mimeType: "audio/mpeg", buffer: Buffer.alloc(12 << 20, 2) },
  ]);
  await expect(row(page, "podcast.mp3")).toContainText(/[2-4]\d%/, { timeout: 60_000 });
  await row(page, "podcast.mp3").getByRole("button", { name: "Pause" }).click();
  await expect(row(page, "keynote.mp4")).toContainText(/[4-6]\d% · .*left/, { timeout: 60_000 });
  await page.mouse.move(0, 0);
}

async function save(page: Page, name: string): Promise<void> {
  const png = await page.screenshot({ animations: "disabled" });
  expect(png.length).toBeLessThan(largest);
  await mkdir(join(project, "docs"), { recursive: true });
  await writeFile(join(project, "docs", name), png);
}
