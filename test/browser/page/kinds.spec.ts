import type { Page } from "@playwright/test";
import type { LocalRun } from "../local_run/local_run";
import { expect, picker, row, signIn, storedKey, test } from "./page_fixtures";
import { openWithStackOf, withoutKindsAndListings } from "./stand_ins";
import { landscape } from "./pictures";

const picture = landscape(320, 240, 3);
const note = { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("note") };
const film = { name: "film.mp4", mimeType: "video/mp4", buffer: Buffer.from("film") };

test("a kind is chosen by keyboard, and decides what is accepted and where it is stored", async ({ page }) => {
  await signIn(page);
  const kinds = page.getByRole("group", { name: "Upload as" });
  await expect(kinds.getByRole("radio", { name: "General" })).toBeChecked();
  await expect(page.locator("#accepted")).toHaveText("Images, PDF, audio, video, plain text, CSV or ZIP, up to 54 GB.");
  await kinds.getByRole("radio", { name: "General" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(kinds.getByRole("radio", { name: "Avatar" })).toBeChecked();
  await expect(page.locator("#accepted")).toHaveText("PNG, JPEG or WebP, up to 5.2 MB.");
  await expect(picker(page)).toHaveAccessibleDescription("PNG, JPEG or WebP, up to 5.2 MB.");
  expect((await picker(page).getAttribute("accept"))?.split(",")).toEqual(expect.arrayContaining(["image/png", ".png", "image/webp"]));
  await picker(page).setInputFiles({ name: "me.png", mimeType: "image/png", buffer: picture });
  expect(await storedKey(page, "me.png")).toMatch(/^uploads\/avatar\//);
  await expect(row(page, "me.png").locator('[data-part="meta"]')).toHaveText(/^Avatar · /);
});

test("a file that is too large for its kind is refused, and nothing is sent", async ({ page }) => {
  await signIn(page);
  const sent = postsOf(page);
  await page.getByRole("radio", { name: "Avatar" }).check();
  await picker(page).setInputFiles({ name: "large.png", mimeType: "image/png", buffer: Buffer.alloc(6 << 20) });
  await expect(row(page, "large.png")).toContainText("This file is too large");
  await expect(row(page, "large.png")).toContainText("The largest file allowed is 5.2 MB.");
  await expect(row(page, "large.png").getByRole("button", { name: "Try again" })).toBeHidden();
  expect(sent).toEqual([]);
});

test("the metadata that a kind requires is asked for before files, and kept for the next ones", async ({ page }) => {
  await signIn(page);
  const sent = postsOf(page);
  let dialogs = 0;
  page.on("filechooser", () => dialogs++);
  await page.getByRole("radio", { name: "Film" }).check();
  const title = page.getByLabel("Title");
  await title.fill("  ");
  await page.getByText("Choose files").click();
  await expect(page.getByRole("status").filter({ hasText: "Enter the title first, then add the files." })).toBeVisible();
  await expect(title).toBeFocused();
  await expect(title).toHaveAttribute("aria-invalid", "true");
  await picker(page).setInputFiles(film); // as a drop, which asks for no dialog
  await expect(page.getByText("Enter the title first")).toBeVisible();
  await expect(page.locator(".row")).toHaveCount(0);
  expect(dialogs).toBe(0);
  expect(sent).toEqual([]);

  await title.fill(" Grüße  2026 ");
  await expect(page.getByText("Enter the title first")).toBeHidden();
  await picker(page).setInputFiles(film);
  await storedKey(page, "film.mp4");
  await page.getByRole("radio", { name: "General" }).check();
  await picker(page).setInputFiles(note);
  await storedKey(page, "note.txt");
  await page.getByRole("radio", { name: "Film" }).check();
  await picker(page).setInputFiles({ ...film, name: "sequel.mp4" });
  await storedKey(page, "sequel.mp4");
  const metadata = { title: "Grüße 2026" };
  expect(sent).toMatchObject([{ kind: "film", metadata }, { filename: "note.txt" }, { kind: "film", metadata }]);
  expect(sent[1]).not.toHaveProperty("metadata");
});

test.describe("with a single kind", () => {
  test.use({ bypassCSP: true });

  test("there is no choice, and rows don't name the kind", async ({ page, run, editedRun }) => {
    await openWithStackOf(page, run, await editedRun(withoutKindsAndListings));
    await signIn(page);
    await picker(page).setInputFiles(note);
    await storedKey(page, "note.txt");
    await expect(row(page, "note.txt").locator('[data-part="meta"]')).toHaveText("4 B · text/plain");
    await expect(page.getByRole("radio")).toHaveCount(0);
  });
});

test.describe("limits", () => {
  test.use({ expectedErrors: /status of 403/ });

  test("files that are chosen before the limits are known wait for them", async ({ page, run }) => {
    const answer = await holdLimits(page, run);
    await signIn(page);
    await picker(page).setInputFiles(note);
    await expect(page.getByText("Asking the API which files it accepts…")).toBeVisible();
    await answer((kinds) => kinds);
    await storedKey(page, "note.txt");
  });

  test("if they can't be read, the page says why, and tries again", async ({ page, run }) => {
    const error = { code: "Forbidden", message: "this group is not allowed here", requestId: "42" };
    await page.route(`${run.outputs.ApiUrl}limits`, (route) =>
      route.fulfill({ status: 403, headers: { "Access-Control-Allow-Origin": "*" }, json: { error } }),
    );
    await signIn(page);
    await expect(page.getByRole("alert").filter({ hasText: "this group is not allowed here" })).toContainText("(Forbidden · request 42)");
    await expect(picker(page)).toBeHidden();
    await page.unroute(`${run.outputs.ApiUrl}limits`);
    await page.getByRole("button", { name: "Try again" }).press("Enter");
    await expect(page.getByRole("radio", { name: "Avatar" })).toBeVisible();
    await expect(picker(page)).toBeFocused();
    await picker(page).setInputFiles(note);
    await storedKey(page, "note.txt");
  });

  test("if a user may upload nothing, the page says so", async ({ page, run }) => {
    const answer = await holdLimits(page, run);
    await signIn(page);
    await answer(() => []);
    await expect(page.getByRole("alert").filter({ hasText: "You can't upload files here." })).toBeVisible();
    await expect(picker(page)).toBeHidden();
  });

  test("a late answer for another user is not shown", async ({ page, run }) => {
    const answer = await holdLimits(page, run);
    await signIn(page, "Ada");
    await page.getByRole("button", { name: "Sign out" }).click();
    await signIn(page, "Grace");
    await expect(page.getByRole("radio")).toHaveCount(3);
    await answer((kinds) => kinds.slice(0, 1));
    await picker(page).setInputFiles(note); // after it, the answer has arrived
    await storedKey(page, "note.txt");
    await expect(page.getByRole("radio")).toHaveCount(3);
  });
});

/** Records the bodies of the page's POST requests to the API that plan files. */
function postsOf(page: Page): any[] {
  const bodies: any[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/uploads")) bodies.push(request.postDataJSON());
  });
  return bodies;
}

/** Holds the answer to the next request for limits, until the returned function changes its kinds. */
async function holdLimits(page: Page, run: LocalRun): Promise<(change: (kinds: unknown[]) => unknown[]) => Promise<void>> {
  let answer!: (change: (kinds: unknown[]) => unknown[]) => Promise<void>;
  const url = `${run.outputs.ApiUrl}limits`;
  await page.route(
    url,
    async (route) => {
      const response = await route.fetch();
      const limits = await response.json();
      await new Promise<void>((answered) => {
        answer = async (change) => {
          await route.fulfill({ response, json: { ...limits, kinds: change(limits.kinds) } }).catch(() => {}); // It may be aborted.
          answered();
        };
      });
    },
    { times: 1 },
  );
  return async (change) => {
    await expect.poll(() => answer !== undefined).toBe(true);
    await answer(change);
  };
}
