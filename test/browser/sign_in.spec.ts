import type { Page } from "@playwright/test";
import { expect, picker, row, signIn, storedKey, test } from "./fixtures";
import type { LocalRun } from "./local_run";

const hour = 3600_000; // ms: an ID token's life

test.describe("with the right password", () => {
  test("one click signs either user in", async ({ page }) => {
    await signIn(page, "Grace");
    await expect(page.getByRole("banner").getByText("grace@example.com")).toBeVisible();
  });

  test("the keyboard alone is enough", async ({ page, run }) => {
    const { SecondUsername, SecondPassword } = run.outputs.Local;
    await page.getByLabel("Email").focus();
    await page.keyboard.type(SecondUsername);
    await page.keyboard.press("Tab");
    await page.keyboard.type(SecondPassword);
    await page.keyboard.press("Enter");
    await expect(picker(page)).toBeFocused();
    await expect(page.getByRole("banner").getByText(SecondUsername)).toBeVisible();
  });

  test("a token about to run out is renewed first", async ({ page }) => {
    await signIn(page);
    await page.clock.setFixedTime(Date.now() + hour);
    const renewal = page.waitForRequest((request) => request.postData()?.includes("REFRESH_TOKEN_AUTH") ?? false);
    await picker(page).setInputFiles({ name: "late.txt", mimeType: "text/plain", buffer: Buffer.from("late") });
    await renewal;
    await storedKey(page, "late.txt");
  });

  test("signing out forgets the files and the tokens", async ({ page, run }) => {
    await signIn(page);
    await picker(page).setInputFiles({ name: "mine.txt", mimeType: "text/plain", buffer: Buffer.from("mine") });
    await storedKey(page, "mine.txt");
    const revoked = page.waitForRequest((request) => request.headers()["x-amz-target"]?.endsWith(".RevokeToken"));
    await page.getByRole("button", { name: "Sign out" }).click();
    await revoked;
    await expect(picker(page)).toBeHidden();
    await signIn(page);
    await expect(page.getByText("mine.txt")).toHaveCount(0);
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([0, 0, ""]);
    expect(page.url()).toBe(run.outputs.Local.PageUrl);
  });
});

test.describe("refused", () => {
  test.use({ expectedErrors: /status of 400/ });

  test("a wrong password is told in words, and another try is open", async ({ page, run }) => {
    await page.getByLabel("Email").fill(run.outputs.Local.Username);
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("That name and password don't match.");
    await expect(page.getByLabel("Password")).toBeFocused();
    await page.getByLabel("Password").fill(run.outputs.Local.Password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("banner").getByText(run.outputs.Local.Username)).toBeVisible();
  });

  test("an ended session asks to sign in again, and keeps the files", async ({ page, run }) => {
    await signInAndLoseSession(page, run);
    await signIn(page);
    await row(page, "later.txt").getByRole("button", { name: "Try again" }).click();
    await storedKey(page, "later.txt");
  });

  test("an ended session keeps the files from the next user", async ({ page, run }) => {
    await signInAndLoseSession(page, run);
    await signIn(page, "Grace");
    await expect(page.getByText("later.txt")).toHaveCount(0);
  });
});

/** Signs in, revokes the session behind the page's back, and lets it notice by adding later.txt. */
async function signInAndLoseSession(page: Page, { outputs }: LocalRun): Promise<void> {
  const signedIn = page.waitForResponse((response) => response.url().startsWith(outputs.Local.CognitoEndpoint));
  await signIn(page);
  const { RefreshToken } = (await (await signedIn).json()).AuthenticationResult;
  await page.request.post(outputs.Local.CognitoEndpoint, {
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService.RevokeToken" },
    data: JSON.stringify({ ClientId: outputs.UserPoolClientId, Token: RefreshToken }),
  });
  await page.clock.setFixedTime(Date.now() + hour);
  await picker(page).setInputFiles({ name: "later.txt", mimeType: "text/plain", buffer: Buffer.from("later") });
  await expect(page.getByRole("alert")).toContainText("Your session has ended");
}
