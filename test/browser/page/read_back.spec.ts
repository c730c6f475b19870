import { readFile } from "node:fs/promises";
import { setVariable, type Template } from "../local_run/edited_run";
import { expect, picker, row, signIn, storedKey, test } from "./page_fixtures";
import { sha256 } from "../local_run/local_run";
import { answersTo, expectNoSignedUrl, openWithStackOf, s3Refusal } from "./stand_ins";
import { landscape } from "./pictures";

const name = "Grüße 🎉.png";
const picture = landscape(320, 240, 5);

test.describe("of a kind with downloads", () => {
  test.use({ expectedErrors: /status of 403/ });

  test("a stored file is opened and saved, and no signed URL stays in the page", async ({ page, context }) => {
    await signIn(page);
    await picker(page).setInputFiles([
      { name, mimeType: "image/png", buffer: picture },
      { name: "table.csv", mimeType: "text/csv", buffer: Buffer.from("a,b") },
    ]);
    await storedKey(page, "table.csv");
    await expect(row(page, "table.csv").getByRole("button", { name: "Download" })).toBeVisible();
    await expect(row(page, "table.csv").getByRole("button", { name: "Open" })).toBeHidden(); // Browsers don't show this type.

    const opened = context.waitForEvent("page");
    const answers = await answersTo(page, "downloads");
    await row(page, name).getByRole("button", { name: "Open" }).click();
    const tab = await opened;
    await tab.waitForURL(/^http/); // The tab is empty at first.
    const { searchParams } = new URL(answers[0].url);
    const contentDisposition = searchParams.get("response-content-disposition");
    expect(contentDisposition, "the tab can save it under its name").toBe(`inline; filename*=UTF-8''${encodeURIComponent(name)}`);
    await page.unroute("**/downloads");
    expect(await tab.evaluate(() => [document.contentType, opener])).toEqual(["image/png", null]);
    await tab.close();

    const saved = page.waitForEvent("download");
    await row(page, name).getByRole("button", { name: "Download" }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe(name);
    expect(sha256(await readFile(await download.path()))).toBe(sha256(picture));
    await expectNoSignedUrl(page);
  });

  test("a file that S3 denies access to: the page lists the possible reasons", async ({ page, run, context }) => {
    await signIn(page);
    await picker(page).setInputFiles({ name, mimeType: "image/png", buffer: picture });
    await storedKey(page, name);
    const denied = s3Refusal(page, "AccessDenied", "Access Denied");
    await page.route(`${run.outputs.Local.S3Endpoint}/**`, (route) => route.fulfill(denied));
    await row(page, name).getByRole("button", { name: "Open" }).click();
    await expect(row(page, name)).toContainText("S3 denied access to this file. It may have been deleted, or a malware scan");
    await expect(row(page, name)).toContainText("try again in a minute. (AccessDenied · request 4442587FB7D0A2F9)");
    expect(context.pages()).toHaveLength(1);
    await page.unroute(`${run.outputs.Local.S3Endpoint}/**`);
    const opened = context.waitForEvent("page");
    await row(page, name).getByRole("button", { name: "Open" }).click();
    await opened;
    await expect(row(page, name)).not.toContainText("S3 denied access to this file");
  });
});

test.describe("of a kind without downloads", () => {
  test.use({ bypassCSP: true });

  test("there are no buttons, and the page doesn't ask for downloads", async ({ page, run, editedRun }) => {
    await openWithStackOf(page, run, await editedRun(avatarsWithoutDownloads));
    const asked: string[] = [];
    page.on("request", (request) => request.url().endsWith("/downloads") && asked.push(request.method()));
    await signIn(page);
    for (const kind of ["Avatar", "General"]) {
      await page.getByRole("radio", { name: kind }).check();
      await picker(page).setInputFiles({ name: `${kind}.png`, mimeType: "image/png", buffer: picture });
      await storedKey(page, `${kind}.png`);
    }
    await expect(row(page, "General.png").getByRole("button", { name: /^(Open|Download)/ })).toHaveCount(2);
    await expect(row(page, "Avatar.png").getByRole("button", { name: /^(Open|Download)/ })).toHaveCount(0);
    expect(asked).toEqual([]);
  });
});

/** Sets that avatars can't be read. */
function avatarsWithoutDownloads(template: Template): void {
  setVariable(template, "KINDS", JSON.stringify([{ name: "avatar", noDownloads: true }]));
}
