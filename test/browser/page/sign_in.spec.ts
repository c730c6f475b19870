import type { Page } from "@playwright/test";
import { callCognito, tokensFor } from "../local_run/cognito_api";
import { expect, picker, row, signIn, storedKey, test } from "./page_fixtures";
import type { LocalRun } from "../local_run/local_run";
import { totp } from "./totp";

const hour = 3600_000; // ms: an ID token's lifetime

test.describe("with the right password", () => {
  test("a click on either user's button signs in", async ({ page }) => {
    await signIn(page, "Grace");
    await expect(page.getByRole("banner").getByText("grace@example.com")).toBeVisible();
  });

  test("users can sign in by keyboard", async ({ page, run }) => {
    const { Username, Password } = run.outputs.Local.Users[1];
    await page.getByLabel("Email").focus();
    await page.keyboard.type(Username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(Password);
    await page.keyboard.press("Enter");
    await expect(picker(page)).toBeFocused();
    await expect(page.getByRole("banner").getByText(Username)).toBeVisible();
  });

  test("a reload keeps the session, and another tab doesn't have it", async ({ page, context }) => {
    await signIn(page, "Grace");
    await page.reload();
    await expect(page.getByRole("banner").getByText("grace@example.com")).toBeVisible();
    expect(await page.evaluate(() => Object.values(localStorage).join())).not.toMatch(/eyJ/); // no token
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });

  test("a token that is about to expire is renewed first", async ({ page }) => {
    await signIn(page);
    await page.clock.setFixedTime(Date.now() + hour);
    const renewal = page.waitForRequest((request) => request.postData()?.includes("REFRESH_TOKEN_AUTH") ?? false);
    await picker(page).setInputFiles({ name: "late.txt", mimeType: "text/plain", buffer: Buffer.from("late") });
    await renewal;
    await storedKey(page, "late.txt");
  });

  test("signing out removes the files and the tokens", async ({ page, run }) => {
    await signIn(page);
    await picker(page).setInputFiles({ name: "mine.txt", mimeType: "text/plain", buffer: Buffer.from("mine") });
    await storedKey(page, "mine.txt");
    const revoked = page.waitForRequest((request) => request.headers()["x-amz-target"]?.endsWith(".RevokeToken"));
    await page.getByRole("button", { name: "Sign out" }).click();
    await revoked;
    await expect(picker(page)).toBeHidden();
    const left = () => page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    await expect.poll(left).toEqual([0, 0, ""]);
    expect(page.url()).toBe(run.outputs.Local.PageUrl);
    await signIn(page);
    await expect(page.getByText("mine.txt")).toHaveCount(0);
  });
});

test.describe("in several steps", () => {
  test.use({ expectedErrors: /status of 400/ });

  test("a user created by an administrator chooses a password", async ({ page, run }) => {
    const Username = "charles@example.com";
    await callCognito(run, "AdminCreateUser", { ...newUser(run, Username), TemporaryPassword: "temporary-A1" });
    await signInByForm(page, Username, "temporary-A1");
    await expect(page.getByRole("heading", { name: "Choose a password" })).toBeFocused();
    await page.getByLabel("New password").fill("my own password-A1");
    await page.getByRole("button", { name: "Save password" }).click();
    await expect(page.getByRole("banner").getByText("Sign out")).toBeVisible();
    await page.getByRole("button", { name: "Sign out" }).click();
    await signInByForm(page, Username, "my own password-A1");
    await expect(page.getByRole("banner").getByText("Sign out")).toBeVisible();
  });

  test("a user with an authenticator app is asked for its code", async ({ page, run }) => {
    const [Username, Password] = ["mary@example.com", "mary's own-A1"];
    const { UserPoolId } = run.outputs;
    await callCognito(run, "AdminCreateUser", newUser(run, Username));
    await callCognito(run, "AdminSetUserPassword", { UserPoolId, Username, Password, Permanent: true });
    const { AccessToken } = await tokensFor(run, Username, Password);
    const { SecretCode } = await callCognito(run, "AssociateSoftwareToken", { AccessToken });
    await callCognito(run, "VerifySoftwareToken", { AccessToken, UserCode: totp(SecretCode) });

    await signInByForm(page, Username, Password);
    await expect(page.getByRole("heading", { name: "Enter your code" })).toBeFocused();
    await page.getByLabel("Code", { exact: true }).fill(totp(SecretCode, 0));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText("That code isn't right");
    await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
    await page.getByRole("button", { name: "Start again" }).click();
    await signInByForm(page, Username, Password);
    await page.getByLabel("Code", { exact: true }).fill(totp(SecretCode));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("banner").getByText("Sign out")).toBeVisible();
  });
});

test.describe("refused", () => {
  test.use({ expectedErrors: /status of 400/ });

  test("after a wrong password, the user can try again", async ({ page, run }) => {
    await page.getByLabel("Email").fill(run.outputs.Local.Users[0].Username);
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("Sign-in failed. Cognito says: Invalid password. Try again.");
    await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
    await page.getByLabel("Password", { exact: true }).fill(run.outputs.Local.Users[0].Password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("banner").getByText(run.outputs.Local.Users[0].Username)).toBeVisible();
  });

  test("after the session has ended, the user signs in again and still has the files", async ({ page, run }) => {
    await signInAndLoseSession(page, run);
    await signIn(page);
    await row(page, "later.txt").getByRole("button", { name: "Try again" }).click();
    await storedKey(page, "later.txt");
  });

  test("after the session has ended, another user doesn't see the files", async ({ page, run }) => {
    await signInAndLoseSession(page, run);
    await signIn(page, "Grace");
    await expect(page.getByText("later.txt")).toHaveCount(0);
  });
});

/** The input to create a user. */
function newUser({ outputs }: LocalRun, Username: string) {
  const UserAttributes = [{ Name: "email", Value: Username }];
  return { UserPoolId: outputs.UserPoolId, Username, UserAttributes, MessageAction: "SUPPRESS" };
}

async function signInByForm(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel("Email").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
}

/** Signs in, revokes the session, and adds later.txt, so that the page notices. */
async function signInAndLoseSession(page: Page, run: LocalRun): Promise<void> {
  const signedIn = page.waitForResponse((response) => response.url().startsWith(run.outputs.Local.CognitoEndpoint));
  await signIn(page);
  const { RefreshToken } = (await (await signedIn).json()).AuthenticationResult;
  await callCognito(run, "RevokeToken", { ClientId: run.outputs.UserPoolClientId, Token: RefreshToken });
  await page.clock.setFixedTime(Date.now() + hour);
  await picker(page).setInputFiles({ name: "later.txt", mimeType: "text/plain", buffer: Buffer.from("later") });
  await expect(page.getByRole("alert")).toContainText("Your session has ended");
}
