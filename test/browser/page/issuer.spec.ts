import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { LocalRun } from "../local_run/local_run";
import { expect, picker, row, storedKey, test as pageTest } from "./page_fixtures";

/** Tests of the page of stage issuer, whose users sign in at an OpenID Connect issuer. */
const test = pageTest.extend<object, { run: LocalRun }>({
  run: [
    async ({}, use) => {
      const run = await LocalRun.start({ stage: "issuer" });
      await use(run);
      await run.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
});

const lifetime = 600_000; // ms: an access token's
const note = { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("note") };

test("a user signs in at the issuer, uploads a file, and sees it in Your files", async ({ page, run, devtools }) => {
  await expect(page.getByText(new URL(issuerOf(run).Url).host)).toBeVisible();
  await signIn(page, "Ada");
  await expect(page).toHaveURL(run.outputs.Local.PageUrl);
  const { entries } = await devtools.send("Page.getNavigationHistory");
  expect(entries.map(({ url }) => url).filter((url) => /code=/.test(url))).toEqual([]);
  expect(await page.evaluate(() => Object.values(localStorage).join())).not.toMatch(/eyJ/); // no token
  await page.getByRole("radio", { name: "Film" }).check(); // only for editors
  await page.getByLabel("Title").fill("Ada's");
  await picker(page).setInputFiles({ name: "ada.mp4", mimeType: "video/mp4", buffer: Buffer.from("film") });
  expect(await storedKey(page, "ada.mp4")).toMatch(/^uploads\/film\/[0-9a-f]{64}\//);
  await page.getByRole("button", { name: "Your files" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "ada.mp4" })).toBeVisible();
});

test.describe("a user who is in no group", () => {
  test.use({ expectedErrors: /status of 403/ });

  test("sees only their own files, and isn't offered a kind for editors", async ({ page, run }) => {
    await signIn(page, "Ada");
    await picker(page).setInputFiles({ ...note, name: "of-ada.txt" });
    await storedKey(page, "of-ada.txt");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled();
    await signIn(page, "Grace");
    await expect(page.getByText("of-ada.txt")).toHaveCount(0);
    await expect(page.getByRole("radio")).toHaveCount(2);
    await expect(page.getByRole("radio", { name: "Film" })).toHaveCount(0);
    await picker(page).setInputFiles({ ...note, name: "of-grace.txt" });
    await storedKey(page, "of-grace.txt");
    await page.getByRole("button", { name: "Your files" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "of-grace.txt" })).toBeVisible();
    await expect(page.getByText("of-ada.txt")).toHaveCount(0);
    const { access_token: token } = await sessionOf(page);
    const film = { filename: "a.mp4", contentType: "video/mp4", size: 1, kind: "film", metadata: { title: "x" } };
    expect((await plan(run, token, film)).status).toBe(403);
  });
});

test.describe("at the issuer", () => {
  test.use({ expectedErrors: /status of 400/ });

  test("after a wrong password, the user can try again", async ({ page, run }) => {
    const { Username, Password } = run.outputs.Local.Users[0];
    await goToIssuer(page);
    await page.getByLabel("Email").fill(Username);
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toHaveText("This email and password don't match. Try again.");
    await expect(page.getByLabel("Email")).toHaveValue(Username);
    await expect(page.getByLabel("Password")).toBeFocused();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.getByLabel("Password").fill(Password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("banner").getByText("Ada")).toBeVisible();
  });

  test("a user who cancels comes back, is told so, and can sign in", async ({ page, run }) => {
    await goToIssuer(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Sign-in was cancelled" })).toContainText("The issuer says: the user cancelled the sign-in. Try again.");
    await expect(page).toHaveURL(run.outputs.Local.PageUrl);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await signIn(page, "Grace");
  });

  test("a user who goes back by the browser's button can sign in, and no form works twice", async ({ page }) => {
    await goToIssuer(page);
    const first = page.url();
    await page.goBack();
    await goToIssuer(page);
    const second = page.url();
    await page.getByRole("button", { name: "Ada" }).click();
    await expect(page.getByRole("banner").getByText("Ada")).toBeVisible();
    await page.goto(second);
    await expect(page.getByRole("heading", { name: "This sign-in is over" })).toBeVisible();
    await page.getByRole("link", { name: "Go back to the page" }).click();
    await expect(page.getByRole("banner").getByText("Ada")).toBeVisible();
    await page.goto(first); // which this tab began, and didn't finish
    await page.getByRole("button", { name: "Grace" }).click();
    await expect(page.getByRole("banner").getByText("Grace")).toBeVisible();
  });
});

test("a code that this tab didn't ask for is not sent, and leaves the address", async ({ page, run }) => {
  const sent: string[] = [];
  page.on("request", (request) => request.url().endsWith("/token") && sent.push(request.url()));
  await page.goto(`${run.outputs.Local.PageUrl}?code=x&state=y`);
  await expect(page.getByRole("alert").filter({ hasText: "This sign-in can't be finished here" })).toContainText("begun in another tab");
  await expect(page).toHaveURL(run.outputs.Local.PageUrl);
  expect(sent).toEqual([]);
  await signIn(page, "Ada");
  const scripts: string[] = [];
  page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
  await page.reload();
  await expect(page.getByRole("banner").getByText("Ada"), "a reload keeps the session").toBeVisible();
  expect(scripts.filter((path) => /issuer_auth|cognito_/.test(path))).toEqual([expect.stringMatching(/^\/issuer_auth-/)]);
});

test("if the browser blocks storage, the page says that it can't sign in", async ({ page }) => {
  await page.addInitScript(() => {
    const get = () => {
      throw new DOMException("access is denied for this document", "SecurityError");
    };
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get });
  });
  await page.reload();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText("Your browser blocks this page's storage. Signing in needs it. Allow this page to store data, then reload it.");
});

test("a wrong clock in the device is no obstacle", async ({ page }) => {
  await page.clock.setFixedTime(Date.now() + 24 * 3600_000);
  await signIn(page, "Ada");
  await expect(page.getByRole("radio")).toHaveCount(3);
});

test("another tab has no session, and gets one at the issuer without a password", async ({ page, context }) => {
  await signIn(page, "Grace");
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("banner").getByText("Grace")).toBeVisible();
});

test("a token that is about to expire is renewed first, once for several requests", async ({ page }) => {
  await signIn(page, "Ada");
  await picker(page).setInputFiles({ ...note, name: "early.txt" });
  await storedKey(page, "early.txt");
  const { refresh_token: first } = await sessionOf(page);
  await page.clock.setFixedTime(Date.now() + lifetime);
  const renewals: string[] = [];
  page.on("request", (request) => request.url().endsWith("/token") && renewals.push(request.postData() ?? ""));
  await page.getByRole("button", { name: "Your files" }).click(); // a request for each kind
  await expect(page.getByRole("listitem").filter({ hasText: "early.txt" })).toBeVisible();
  expect(renewals.map((form) => new URLSearchParams(form).get("grant_type"))).toEqual(["refresh_token"]);
  expect((await sessionOf(page)).refresh_token).not.toBe(first);
});

test("signing out ends the session here and at the issuer", async ({ page, run }) => {
  await signIn(page, "Ada");
  await picker(page).setInputFiles(note);
  await storedKey(page, "note.txt");
  const { refresh_token: token } = await sessionOf(page);
  const back = page.waitForURL((url) => url.href.startsWith(issuerOf(run).Url));
  await page.getByRole("button", { name: "Sign out" }).click();
  await back;
  await page.waitForURL(run.outputs.Local.PageUrl);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  expect(await renew(run, token)).toMatchObject({ error: "invalid_grant" });
  await goToIssuer(page);
  await expect(page.getByLabel("Password"), "the issuer asks for the password again").toBeVisible();
});

test.describe("when the session has ended", () => {
  test.use({ expectedErrors: /status of 400/ });

  test("the page says what to do next", async ({ page, run }) => {
    await signIn(page, "Ada");
    await expect(page.getByRole("radio")).toHaveCount(3);
    const { refresh_token: token } = await sessionOf(page);
    await renew(run, token); // Somebody else has used it.
    await page.clock.setFixedTime(Date.now() + lifetime);
    await picker(page).setInputFiles({ ...note, name: "later.txt" });
    await expect(page.getByRole("alert").filter({ hasText: "Your session has ended. Sign in again. Then add again the files" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeFocused();
  });
});

test.describe("when the issuer can't be reached", () => {
  test.use({ expectedErrors: /ERR_FAILED|ERR_CONNECTION_REFUSED/ });

  test("the page says so, and the user can try again", async ({ page, run }) => {
    await page.route(`${issuerOf(run).Url}/**`, (route) => route.abort());
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "The issuer can't be reached." })).toContainText("Check that the local run is still running");
    await page.unrouteAll();
    await signIn(page, "Ada");
    await page.route(`${issuerOf(run).Url}/**`, (route) => route.abort());
    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "You are signed out of this page only." })).toContainText("you may still be signed in there");
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });
});

test("a session outlives a crash of the run", async ({ page, run }) => {
  test.setTimeout(300_000); // The template is synthesized again.
  await signIn(page, "Ada");
  await run.kill(); // The issuer must end too.
  await run.launch();
  await page.clock.setFixedTime(Date.now() + lifetime);
  await page.reload();
  await picker(page).setInputFiles({ ...note, name: "after.txt" });
  await storedKey(page, "after.txt");
  await expect(row(page, "after.txt")).toBeVisible();
});

test("a program uploads with a token of its own, and has its own folder", async ({ run }) => {
  const { MachineClientId, MachineSecretFile = "" } = run.outputs.Local;
  const { Audience, Url } = issuerOf(run);
  const secret = (await readFile(MachineSecretFile, "utf8")).trim();
  const answer = await fetch(`${Url}/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${Buffer.from(`${MachineClientId}:${secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", resource: Audience }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const planned = await plan(run, token, { filename: "report.txt", contentType: "text/plain", size: 4 });
  expect(planned.status).toBe(201);
  const { key, method, url, headers } = (await planned.json()) as { key: string; method: string; url: string; headers: Record<string, string> };
  expect((await fetch(url, { method, headers, body: "from" })).status).toBe(200);
  expect((await run.object(key)).toString()).toBe("from");
  const film = { filename: "a.mp4", contentType: "video/mp4", size: 1, kind: "film", metadata: { title: "x" } };
  expect((await plan(run, token, film)).status).toBe(403);
});

function issuerOf(run: LocalRun): { Url: string; ClientId: string; Audience: string } {
  const { Issuer } = run.outputs.Local;
  if (!Issuer) throw new Error("the run has no issuer");
  return Issuer;
}

async function goToIssuer(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveTitle("Sign in · local issuer");
}

/** Signs in by the user's button on the issuer's page. */
async function signIn(page: Page, name: "Ada" | "Grace"): Promise<void> {
  await goToIssuer(page);
  await page.getByRole("button", { name }).click();
  await expect(page.getByRole("banner").getByText(name)).toBeVisible();
}

/** The page's tokens. */
async function sessionOf(page: Page): Promise<{ access_token: string; refresh_token: string }> {
  const stored = await page.evaluate(() => Object.entries(sessionStorage).find(([key]) => key.startsWith("oidc.user:"))?.[1]);
  if (!stored) throw new Error("the page has no session");
  return JSON.parse(stored);
}

/** Uses a refresh token as the page does. */
async function renew(run: LocalRun, token: string): Promise<unknown> {
  const { ClientId, Url } = issuerOf(run);
  const body = new URLSearchParams({ grant_type: "refresh_token", client_id: ClientId, refresh_token: token });
  return (await fetch(`${Url}/token`, { method: "POST", body })).json();
}

async function plan({ outputs }: LocalRun, token: string, file: object): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return fetch(`${outputs.ApiUrl}uploads`, { method: "POST", headers, body: JSON.stringify(file) });
}
