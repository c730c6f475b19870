import type { Page, Route } from "@playwright/test";
import type { LocalRun } from "../local_run/local_run";
import { expectAccessible } from "./accessible";
import { expect, picker, signIn, test } from "./page_fixtures";
import { expectNoSignedUrl, openWithStackOf, s3Refusal, withoutKindsAndListings } from "./stand_ins";
import { landscape } from "./pictures";
import { file, openYourFiles, rows, upload } from "./your_files_view";

// All tests of a worker share the users' files, so each has names of its own.

const picture = landscape(320, 240, 5);

test.use({ expectedErrors: /status of (403|400)/ });

test("files of every kind are listed, newest first, and a new one appears without a reload", async ({ page }) => {
  await signIn(page);
  await page.getByRole("radio", { name: "Avatar" }).check();
  await upload(page, "listed.png", picture);
  await page.getByRole("radio", { name: "General" }).check();
  await upload(page, "listed.txt", "note");
  await page.reload();
  await openYourFiles(page);
  const own = async () => (await rows(page).locator(".name").allTextContents()).filter((name) => name.startsWith("listed"));
  await expect.poll(own).toEqual(["listed.txt", "listed.png"]);
  await expect(file(page, "listed.txt")).toContainText(/General · 4 B · \d{1,2} \w+ \d{4}, \d\d:\d\d/);
  await expect(file(page, "listed.png")).toContainText("Avatar · ");
  await expect(page.locator("#your-files-summary")).toHaveText(/^\d+ files · /);

  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await upload(page, "listed later.txt", "later");
  await openYourFiles(page);
  expect(await own()).toEqual(["listed later.txt", "listed.txt", "listed.png"]);
  await expectNoSignedUrl(page);
});

test("a file is opened and saved under its original name", async ({ page, context }) => {
  await signIn(page);
  await upload(page, "Rückblick 🎉.png", picture);
  await page.reload();
  await openYourFiles(page);
  const listed = rows(page).filter({ hasText: /R.ckblick.*\.png/ });
  const opened = context.waitForEvent("page");
  await listed.getByRole("button", { name: /^Open: R.ckblick/ }).click();
  const tab = await opened;
  await tab.waitForURL(/^http/);
  expect(await tab.evaluate(() => document.contentType)).toBe("image/png");
  await tab.close();
  const saved = page.waitForEvent("download");
  await listed.getByRole("button", { name: /^Download: R.ckblick/ }).click();
  expect((await saved).suggestedFilename()).toBe("Rückblick 🎉.png");
});

test("a deletion is sent only when it can no longer be undone, and deletes that file alone", async ({ page }) => {
  await signIn(page);
  for (const name of ["kept.txt", "gone.txt"]) await upload(page, name, name);
  await openYourFiles(page);
  await expect(page.locator("#announcer")).not.toBeEmpty(); // The next sentence is not one of many.
  const sent = deletionsOf(page);
  await file(page, "gone.txt").getByRole("button", { name: "Delete: gone.txt" }).click();
  await expect(file(page, "gone.txt")).toHaveCount(0);
  await expect(page.locator("#undo-message")).toContainText("gone.txt deleted.");
  await expect(page.locator("#announcer")).toContainText("gone.txt deleted. Press Control Z to undo.");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(file(page, "gone.txt")).toBeVisible();
  await expect(page.locator("#undo-message")).toBeHidden();
  await expect(page.locator("#announcer")).toContainText("gone.txt restored.");
  expect(sent).toEqual([]);

  await page.clock.install();
  await file(page, "gone.txt").getByRole("button", { name: "Delete: gone.txt" }).click();
  await letUndoPass(page);
  await expect.poll(() => sent).toEqual(["/deletions", "DELETE"]);
  await expect(page.locator("#undo-message")).toBeHidden();
  await expect(page.locator("#files").getByText("gone.txt"), "the upload's row").toHaveCount(0);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.locator("#your-files-summary")).toHaveText(/^\d+ file/);
  await expect(file(page, "kept.txt")).toBeVisible();
  await page.reload();
  await openYourFiles(page);
  await expect(file(page, "kept.txt")).toBeVisible();
  await expect(file(page, "gone.txt")).toHaveCount(0);
});

test("the message with Undo stays while the pointer is on it", async ({ page }) => {
  await signIn(page);
  await upload(page, "pointed at.txt", "x");
  await openYourFiles(page);
  const sent = deletionsOf(page);
  await page.clock.install();
  await file(page, "pointed at.txt").getByRole("button", { name: "Delete" }).click();
  await page.locator("#undo-text").hover();
  await page.clock.runFor(60_000);
  await expect(page.locator("#undo-message")).toBeVisible();
  expect(sent).toEqual([]);
  await letUndoPass(page);
  await expect.poll(() => sent).toEqual(["/deletions", "DELETE"]);
});

test("several files are selected and deleted at once, and one Undo brings back all", async ({ page }) => {
  await signIn(page);
  for (const name of ["many 1.txt", "many 2.txt", "many 3.txt"]) await upload(page, name, name);
  await openYourFiles(page);
  const all = page.getByRole("checkbox", { name: "Select all" });
  const isMixed = () => page.locator("#select-all").evaluate((input: HTMLInputElement) => input.indeterminate);
  await all.check();
  await expect(page.getByRole("checkbox", { name: "Select: many 2.txt" })).toBeChecked();
  expect(await isMixed()).toBe(false);
  await page.locator("#select-all").uncheck();
  await expect(page.getByRole("button", { name: /^Delete \d/ })).toBeHidden();

  const sent = deletionsOf(page);
  for (const name of ["many 1.txt", "many 3.txt"]) await page.getByRole("checkbox", { name: `Select: ${name}` }).check();
  expect(await isMixed()).toBe(true);
  await page.getByRole("button", { name: "Delete 2 files" }).click();
  await expect(page.locator("#undo-message")).toContainText("2 files deleted.");
  await file(page, "many 2.txt").getByRole("button", { name: "Delete" }).click();
  await expect(page.locator("#undo-message")).toContainText("3 files deleted.");
  await page.getByRole("button", { name: "Undo" }).click();
  for (const name of ["many 1.txt", "many 2.txt", "many 3.txt"]) await expect(file(page, name)).toBeVisible();

  for (const name of ["many 1.txt", "many 3.txt"]) await page.getByRole("checkbox", { name: `Select: ${name}` }).check();
  await page.clock.install();
  await page.getByRole("button", { name: "Delete 2 files" }).click();
  await letUndoPass(page);
  await expect.poll(() => sent.toSorted()).toEqual(["/deletions", "DELETE", "DELETE"]);
  await expect(file(page, "many 2.txt")).toBeVisible();
});

test("the keyboard deletes, undoes and keeps its place", async ({ page }) => {
  await signIn(page);
  for (const name of ["keys 1.txt", "keys 2.txt"]) await upload(page, name, name);
  await page.getByRole("button", { name: "Your files" }).focus();
  await page.keyboard.press("Enter");
  const deletion = (name: string) => page.getByRole("button", { name: `Delete: ${name}` });
  await deletion("keys 2.txt").focus();
  await page.keyboard.press("Enter");
  await expect(deletion("keys 1.txt"), "the next row's button").toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(deletion("keys 2.txt"), "the restored row's button").toBeFocused();
  await page.keyboard.press("Shift+Tab"); // Download
  await page.keyboard.press("Shift+Tab"); // Open
  await page.keyboard.press("Shift+Tab");
  const checkbox = page.getByRole("checkbox", { name: "Select: keys 2.txt" });
  await expect(checkbox).toBeFocused();
  await page.keyboard.press("Space");
  await expect(checkbox).toBeChecked();
  await page.keyboard.press("Shift+Tab");
  await expect(page.getByRole("button", { name: "Delete 1 file" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(file(page, "keys 2.txt")).toHaveCount(0);
  await expect(deletion("keys 1.txt")).toBeFocused();
  await page.keyboard.press("Control+z");
});

test("a reload warns of deletions that are not sent, and drops them", async ({ page }) => {
  await signIn(page);
  await upload(page, "reloaded.txt", "reloaded");
  await openYourFiles(page);
  await file(page, "reloaded.txt").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog")).toContainText("1 file is not deleted yet. Signing out may keep it.");
  await page.getByRole("button", { name: "Stay signed in" }).click();
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(dialogs).toEqual(["beforeunload"]);
  await openYourFiles(page);
  await expect(file(page, "reloaded.txt")).toBeVisible();
});

test("another user sees none of the files, nor the late answer for the first one", async ({ page }) => {
  await signIn(page, "Ada");
  const key = await upload(page, "adas.txt", "Ada's");
  let answer!: () => Promise<void>;
  await page.route(
    (url) => url.search.includes("list-type=2"),
    async (route) => {
      const response = await route.fetch();
      answer ??= () => route.fulfill({ response }).catch(() => {}); // It may be aborted.
    },
  );
  await openYourFiles(page);
  await expect(page.locator("#your-files-summary")).toHaveText("Listing your files…");
  await expect.poll(() => answer !== undefined).toBe(true);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.unrouteAll();
  await signIn(page, "Grace");
  await upload(page, "graces.txt", "Grace's");
  await openYourFiles(page);
  await expect(file(page, "graces.txt")).toBeVisible();
  await answer();
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(file(page, "graces.txt")).toBeVisible();
  const shown = await page.locator("#signed-in").innerHTML();
  expect(shown).not.toContain("adas.txt");
  expect(shown).not.toContain(key);
});

test("many files: the newest are shown, and more on demand", async ({ page, run }) => {
  await signIn(page);
  await listStandIn(page, run, 120);
  await openYourFiles(page);
  await expect(rows(page)).toHaveCount(50);
  await expect(page.locator("#your-files-summary")).toHaveText("120 files · 120 B · the newest 50 are shown");
  await expect(rows(page).first()).toContainText("file-119.bin");
  await page.locator("#select-all").check();
  await expect(page.getByRole("button", { name: "Delete 50 files" }), "only those that are shown").toBeVisible();
  await page.getByRole("button", { name: "Show more" }).press("Enter");
  await expect(rows(page)).toHaveCount(100);
  await expect(rows(page).nth(50)).toBeFocused();
  await expect(page.locator("#selected-count")).toHaveText("50 of 100 selected");
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(rows(page)).toHaveCount(120);
  await expect(page.getByRole("button", { name: "Show more" })).toBeHidden();
});

test("of a row in view, the original name and the picture are asked for; of others they are not", async ({ page, run }) => {
  await signIn(page);
  await upload(page, "Köln.png", picture);
  await page.reload();
  const asked: string[] = [];
  page.on("request", (request) => request.url().endsWith("/downloads") && asked.push(request.postDataJSON().key));
  await page.setViewportSize({ width: 1440, height: 500 });
  await openYourFiles(page);
  await expect(file(page, "Köln.png").locator("canvas")).toBeVisible();
  await expect(file(page, "Köln.png").getByRole("button", { name: "Delete: Köln.png" })).toBeVisible();
  await page.unrouteAll();
  await listStandIn(page, run, 120);
  asked.length = 0;
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(rows(page)).toHaveCount(50);
  await expect.poll(() => asked.some((key) => key.endsWith("file-119.bin"))).toBe(true);
  await rows(page).last().scrollIntoViewIfNeeded();
  await expect.poll(() => asked.some((key) => key.endsWith("file-070.bin"))).toBe(true);
  expect(asked.filter((key) => key.endsWith("file-095.bin"))).toEqual([]);
});

test.describe("if S3 or the API refuses", () => {
  test("a picture whose URL S3 refuses gets another one", async ({ page, run }) => {
    await signIn(page);
    await upload(page, "expired.png", picture);
    await page.reload();
    let refused = 0;
    await page.route(
      (url) => url.href.startsWith(run.outputs.Local.S3Endpoint) && url.pathname.endsWith("/expired.png"),
      (route) => {
        const isPicture = route.request().method() === "GET" && !("range" in route.request().headers());
        return isPicture && refused++ === 0 ? route.fulfill(s3Refusal(page, "AccessDenied", "Request has expired")) : route.fallback();
      },
    );
    await openYourFiles(page);
    await expect(file(page, "expired.png").locator("canvas")).toBeVisible();
    expect(refused).toBe(2);
  });

  test("a file that was not deleted comes back, and says why", async ({ page, run }) => {
    await signIn(page);
    await upload(page, "held.txt", "held");
    await openYourFiles(page);
    const s3 = `${run.outputs.Local.S3Endpoint}/**`;
    const refuse = (route: Route) =>
      route.request().method() === "DELETE" ? route.fulfill(s3Refusal(page, "AccessDenied", "Access Denied")) : route.fallback();
    await page.route(s3, refuse);
    const sent = deletionsOf(page);
    await page.clock.install();
    await file(page, "held.txt").getByRole("button", { name: "Delete" }).click();
    await letUndoPass(page);
    await expect(file(page, "held.txt")).toContainText("Not deleted. S3 denied the deletion. S3 says: Access Denied.");
    await expect(file(page, "held.txt")).toContainText("(AccessDenied · request 4442587FB7D0A2F9)");
    await expect(page.locator("#announcer")).toContainText("held.txt not deleted. S3 denied the deletion.");
    await page.unroute(s3, refuse);
    sent.length = 0;
    await file(page, "held.txt").getByRole("button", { name: "Delete" }).click();
    await letUndoPass(page);
    await expect.poll(() => sent).toContain("DELETE");
    await page.reload();
    await openYourFiles(page);
    await expect(page.locator("#your-files-summary")).toHaveText(/^\d+ files? ·|^$/);
    await expect(file(page, "held.txt")).toHaveCount(0);
  });

  test("a list that can't be read: the page says why, and tries again", async ({ page, run }) => {
    await signIn(page);
    await upload(page, "unlisted.txt", "unlisted");
    const error = { code: "InvalidRequest", message: "after must be a key", requestId: "42" };
    await page.route(`${run.outputs.ApiUrl}listings`, (route) =>
      route.fulfill({ status: 400, headers: { "Access-Control-Allow-Origin": "*" }, json: { error } }),
    );
    await openYourFiles(page);
    await expect(page.getByRole("alert").filter({ hasText: "after must be a key" })).toContainText("(InvalidRequest · request 42)");
    await page.unroute(`${run.outputs.ApiUrl}listings`);
    await page.locator("#list-again").press("Enter");
    await expect(file(page, "unlisted.txt")).toBeVisible();
    await expect(page.locator("#your-files-title")).toBeFocused();
  });
});

test.describe("without Listings", () => {
  test.use({ bypassCSP: true });

  test("there is no such view", async ({ page, run, editedRun }) => {
    await openWithStackOf(page, run, await editedRun(withoutKindsAndListings));
    await signIn(page);
    await upload(page, "only upload.txt", "x");
    await expect(page.getByRole("navigation", { name: "Views" })).toHaveCount(0);
  });
});

test("axe finds no problem", async ({ page, run }) => {
  test.slow();
  await signIn(page);
  await listStandIn(page, run, 0);
  await openYourFiles(page);
  await expect(page.getByText("You have no files here yet.")).toBeVisible();
  await expectAccessible(page, "empty");
  await page.unrouteAll();
  await page.getByRole("button", { name: "Upload files" }).press("Enter");
  await expect(picker(page)).toBeFocused();
  for (const name of ["axe.png", "axe with a long name that has no end before the third line on a phone.txt"]) {
    await upload(page, name, name === "axe.png" ? picture : "x");
  }
  await openYourFiles(page);
  await page.getByRole("checkbox", { name: "Select: axe.png" }).check();
  await expectAccessible(page, "selected");
  await file(page, "axe.png").getByRole("button", { name: "Delete" }).click();
  await page.locator("#undo-message").hover();
  await expectAccessible(page, "Undo");
  await page.getByRole("button", { name: "Undo" }).click();
});

/** Lets the time pass in which a deletion can be undone. The page's clock must be installed. */
async function letUndoPass(page: Page): Promise<void> {
  await page.mouse.move(0, 0); // The message stays while the pointer is on it.
  await page.clock.runFor(9_000);
}

/** Records the page's requests that delete. */
function deletionsOf(page: Page): string[] {
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "DELETE") sent.push("DELETE");
    if (request.method() === "POST" && request.url().endsWith("/deletions")) sent.push("/deletions");
  });
  return sent;
}

/** Answers as S3 would of a user with this many files of 1 B, all without a kind. */
async function listStandIn(page: Page, run: LocalRun, files: number): Promise<void> {
  await page.route(
    (url) => url.href.startsWith(run.outputs.Local.S3Endpoint) && url.searchParams.has("list-type"),
    async (route) => {
      const isGeneral = !/^uploads\/(avatar|film)\//.test(new URL(route.request().url()).searchParams.get("prefix") ?? "");
      const { headers } = s3Refusal(page, "", "");
      await route.fulfill({ status: 200, headers, body: listXML(isGeneral ? files : 0) });
    },
  );
}

function listXML(files: number): string {
  const contents = Array.from({ length: files }, (_, i) => {
    const number = String(i).padStart(3, "0");
    const key = `uploads/some-user/01JZZZZZZZZZZZZZZZZZZZZ${number}/file-${number}.bin`;
    const date = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString();
    return `<Contents><Key>${key}</Key><LastModified>${date}</LastModified><ETag>"0"</ETag><Size>1</Size></Contents>`;
  });
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`;
}
