import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, picker, row, signIn, storedKey, test, throttle } from "./fixtures";
import { project } from "./local_run";
import { landscape } from "./pictures";

test.use({ viewport: { width: 1440, height: 1124 }, expectedErrors: /status of 415/ });

const largest = 300_000; // bytes: the README's readers load it each time

test("docs/page.png shows the page with files stored, refused and under way", async ({ page, devtools }) => {
  await signIn(page);
  await picker(page).setInputFiles([
    { name: "seating plan.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(184_320, "%PDF") },
    { name: "agenda.html", mimeType: "text/html", buffer: Buffer.from("<h1>Agenda</h1>") },
  ]);
  await expect(row(page, "agenda.html")).toHaveAttribute("data-state", "failed");
  await storedKey(page, "seating plan.pdf");
  const picture = "Grüße aus Köln 🎉.png";
  await picker(page).setInputFiles({ name: picture, mimeType: "image/png", buffer: landscape(1600, 1066, 7) });
  await storedKey(page, picture);

  await throttle(devtools, 2 << 20);
  await picker(page).setInputFiles({ name: "keynote.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(12 << 20, 1) });
  await expect(row(page, "keynote.mp4")).toContainText(/Uploading [4-6]\d %/, { timeout: 30_000 });
  await page.mouse.move(0, 0);
  const png = await page.screenshot();

  expect(png.length).toBeLessThan(largest);
  await mkdir(join(project, "docs"), { recursive: true });
  await writeFile(join(project, "docs/page.png"), png);
});
