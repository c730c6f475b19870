import { expectAccessible } from "./accessible";
import { expect, picker, row, signIn, status, storedKey, test, throttle } from "./page_fixtures";
import { s3Refusal } from "./stand_ins";
import { landscape } from "./pictures";

test.use({ expectedErrors: /Failed to load resource/ });

test("axe finds no problem in any state of the page", async ({ page, run, devtools }) => {
  await expectAccessible(page, "sign-in");
  await signIn(page);
  await page.getByRole("radio", { name: "Film" }).check();
  await page.getByText("Choose files").click();
  await expect(page.getByText("Enter the title first")).toBeVisible();
  await expectAccessible(page, "empty, and missing metadata");
  await page.getByRole("radio", { name: "General" }).check();

  await throttle(devtools, 64 << 10);
  await picker(page).setInputFiles([
    { name: "running.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(6 << 20) },
    { name: "paused.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(4 << 20) },
  ]);
  await row(page, "paused.mp4").getByRole("button", { name: "Pause: paused.mp4" }).click();
  await expect(status(page, "running.mp4")).toContainText(/[1-9]\d?%/);
  await expectAccessible(page, "busy");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expectAccessible(page, "dialog to sign out");
  await page.getByRole("button", { name: "Stay signed in" }).click();
  for (const name of ["running.mp4", "paused.mp4"]) await page.getByRole("button", { name: `Cancel: ${name}` }).click();
  await throttle(devtools, -1);

  await picker(page).setInputFiles([
    { name: "picture.png", mimeType: "image/png", buffer: landscape(320, 240, 1) },
    { name: "refused.html", mimeType: "text/html", buffer: Buffer.from("<p>") },
  ]);
  await storedKey(page, "picture.png");
  await expect(row(page, "picture.png").getByRole("button", { name: "Open" })).toBeVisible();
  const s3 = `${run.outputs.Local.S3Endpoint}/**`;
  await page.route(s3, (route) => route.fulfill(s3Refusal(page, "AccessDenied", "no")));
  await row(page, "picture.png").getByRole("button", { name: "Open" }).click();
  await expect(row(page, "picture.png")).toContainText("S3 denied access to this file");
  await picker(page).setInputFiles({ name: "denied.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
  await expect(row(page, "denied.txt")).toHaveAttribute("data-state", "failed");
  await expectAccessible(page, "done and failed");
});
