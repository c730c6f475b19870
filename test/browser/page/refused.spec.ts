import { randomBytes } from "node:crypto";
import { expect, picker, row, signIn, status, storedKey, test, throttle } from "./page_fixtures";
import { answersTo } from "./stand_ins";

test.use({ expectedErrors: /Failed to load resource/ });
test.beforeEach(({ page }) => signIn(page));

test("a type that isn't allowed is shown with the API's message", async ({ page, run }) => {
  const before = await run.keys();
  const answers = await answersTo(page, "uploads");
  await picker(page).setInputFiles({ name: "page.html", mimeType: "text/html", buffer: Buffer.from("<p>") });
  const refused = row(page, "page.html");
  await expect(refused).toHaveAttribute("data-state", "failed");
  await expect(refused).toContainText("This type of file isn't allowed");
  await expect(refused).toContainText(answers[0].error.message);
  await expect(refused).toContainText("TypeNotAllowed");
  await expect(refused.getByRole("button", { name: "Try again" })).toBeHidden();
  await expect(page.locator("#announcer")).toContainText("page.html: This type of file isn't allowed.");
  expect(await run.keys()).toEqual(before);
});

test("a file of an unknown type is shown as such", async ({ page }) => {
  await picker(page).setInputFiles({ name: "mystery.unknownext", mimeType: "", buffer: Buffer.from("?") });
  await expect(row(page, "mystery.unknownext")).toContainText("counts as application/octet-stream");
});

test("S3's refusal is shown with its code, without the signed URL", async ({ page, run }) => {
  await page.route(`${run.outputs.ApiUrl}uploads`, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    const response = await route.fetch();
    const plan = await response.json();
    plan.headers["Content-Type"] = "image/gif"; // not what was signed
    await route.fulfill({ response, json: plan });
  });
  await picker(page).setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("a") });
  const refused = row(page, "a.png");
  await expect(refused).toContainText("The upload doesn't match its signature");
  await expect(refused).toContainText("SignatureDoesNotMatch");
  await expect(refused).not.toContainText(/X-Amz-|x-amz-security-token/i);
  await page.unroute(`${run.outputs.ApiUrl}uploads`);
  await page.getByRole("button", { name: "Retry failed" }).click();
  await storedKey(page, "a.png");
});

test("while S3 can't be reached, the page shows that the upload waits, and it then continues", async ({ page, run }) => {
  await page.route(`${run.outputs.Local.S3Endpoint}/**`, (route) => route.abort("connectionrefused"));
  await picker(page).setInputFiles({ name: "lost.txt", mimeType: "text/plain", buffer: Buffer.from("lost") });
  await expect(row(page, "lost.txt")).toContainText("Waiting to continue");
  await page.unroute(`${run.outputs.Local.S3Endpoint}/**`);
  expect((await run.object(await storedKey(page, "lost.txt"))).toString()).toBe("lost");
});

test("a cancelled file leaves nothing, and the others continue", async ({ page, run, devtools }) => {
  const before = await run.keys();
  await throttle(devtools, 64 << 10);
  await picker(page).setInputFiles([
    { name: "large.mp4", mimeType: "video/mp4", buffer: randomBytes(4 << 20) },
    { name: "other.txt", mimeType: "text/plain", buffer: Buffer.from("other") },
  ]);
  await expect(status(page, "large.mp4")).toContainText(/[1-9]\d?%/);
  await row(page, "large.mp4").getByRole("button", { name: "Cancel" }).click();
  await expect(row(page, "large.mp4")).toContainText("Cancelled");
  await expect(row(page, "large.mp4").getByRole("button", { name: "Try again" })).toBeFocused();
  await throttle(devtools, -1);
  const key = await storedKey(page, "other.txt");
  await expect(row(page, "large.mp4")).toHaveAttribute("data-state", "aborted");
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  await row(page, "large.mp4").getByRole("button", { name: "Try again" }).click();
  await storedKey(page, "large.mp4");
});

test("signing out during an upload asks first, and then cancels it", async ({ page, run, devtools }) => {
  const before = await run.keys();
  await throttle(devtools, 64 << 10);
  await picker(page).setInputFiles({ name: "uploading.mp4", mimeType: "video/mp4", buffer: randomBytes(4 << 20) });
  await expect(status(page, "uploading.mp4")).toContainText(/[1-9]\d?%/);
  const signOut = page.getByRole("banner").getByRole("button", { name: "Sign out" });
  await signOut.click();
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await expect(row(page, "uploading.mp4")).toHaveAttribute("data-state", "uploading");
  await signOut.click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.locator(".row")).toHaveCount(0);
  await throttle(devtools, -1);
  expect(await run.keys()).toEqual(before);
});
