import { randomBytes } from "node:crypto";
import { expect, picker, row, signIn, status, storedKey, test, throttle } from "./page_fixtures";
import { sha256 } from "../local_run/local_run";

test.beforeEach(({ page }) => signIn(page));

const [first, second] = [randomBytes(4 << 20), randomBytes(4 << 20)];
const files = [
  { name: "first.mp4", mimeType: "video/mp4", buffer: first },
  { name: "second.mp4", mimeType: "video/mp4", buffer: second },
];

test("files are paused and resumed, one or all, by mouse and by keyboard", async ({ page, run, devtools }) => {
  await throttle(devtools, 64 << 10);
  await picker(page).setInputFiles(files);
  const [firstRow, secondRow] = [row(page, "first.mp4"), row(page, "second.mp4")];
  await expect(status(page, "first.mp4")).toContainText(/[1-9]\d?%/);

  await firstRow.getByRole("button", { name: "Pause: first.mp4" }).press("Enter");
  await expect(firstRow).toHaveAttribute("data-state", "paused");
  await expect(firstRow.getByRole("button", { name: "Resume: first.mp4" })).toBeFocused();
  await expect(secondRow).toHaveAttribute("data-state", "uploading");
  await page.getByRole("button", { name: "Pause all" }).click();
  await expect(secondRow).toHaveAttribute("data-state", "paused");
  await expect(page.locator("#files-summary")).toHaveText("0 of 2 stored · paused");
  const progressWhenPaused = await secondRow.locator(".numbers").textContent();

  await firstRow.getByRole("button", { name: "Resume: first.mp4" }).click();
  await expect(firstRow).toHaveAttribute("data-state", /waiting|planning|uploading/);
  await throttle(devtools, -1);
  expect(sha256(await run.object(await storedKey(page, "first.mp4")))).toBe(sha256(first));
  await expect(secondRow.locator(".numbers")).toHaveText(progressWhenPaused ?? "");
  await page.getByRole("button", { name: "Resume all" }).click();
  expect(sha256(await run.object(await storedKey(page, "second.mp4")))).toBe(sha256(second));

  await page.getByRole("button", { name: "Clear finished" }).click();
  await expect(page.locator(".row")).toHaveCount(0);
  await expect(picker(page)).toBeFocused();
});

test.describe("offline", () => {
  test.use({ expectedErrors: /Failed to load resource/ });

  test("files wait, and continue when the browser is online again", async ({ page, run, devtools }) => {
    const small = files.map((file) => ({ ...file, buffer: file.buffer.subarray(0, 1000) }));
    await throttle(devtools, -1, true);
    await expect(page.getByText("You are offline.")).toBeVisible();
    await picker(page).setInputFiles(small);
    for (const { name } of small) {
      await expect(row(page, name)).toHaveAttribute("data-state", "offline");
      await expect(row(page, name)).toContainText("The upload will continue when you are back online");
    }
    await throttle(devtools, -1);
    await expect(page.getByText("You are offline.")).toBeHidden();
    for (const { name, buffer } of small) {
      expect(sha256(await run.object(await storedKey(page, name)))).toBe(sha256(buffer));
    }
  });
});

test.describe("copying", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("the key and the SHA-256 of a stored file can be copied", async ({ page }) => {
    await picker(page).setInputFiles({ name: "copied.txt", mimeType: "text/plain", buffer: Buffer.from("copied") });
    const key = await storedKey(page, "copied.txt");
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole("button", { name: "Copy the key of copied.txt" }).click();
    await expect(page.locator("#announcer")).toContainText("Key copied.");
    expect(await clipboard()).toBe(key);
    await page.getByRole("button", { name: "Copy the SHA-256 of copied.txt" }).click();
    await expect(page.locator("#announcer")).toContainText("SHA-256 copied.");
    expect(await clipboard()).toBe(sha256(Buffer.from("copied")));
  });
});
