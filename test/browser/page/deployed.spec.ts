import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import AxeBuilder from "@axe-core/playwright";
import type { BrowserContext, Page } from "@playwright/test";
import { AwsCognito } from "./aws_cognito";
import { tokensFor } from "../local_run/cognito_api";
import { environment, project } from "../local_run/build";
import { expect, picker, signIn, storedKey, test as base } from "./page_fixtures";
import type { LocalRun } from "../local_run/local_run";

const poolId = "us-east-1_SrpPool01";
const username = "charles@example.com";

/** The tests open the page at their own URLs. */
const test = base.extend({ page: async ({ context }, use) => use(await context.newPage()) });

test.describe("the page as static files", () => {
  // A page that a test serves by a route has no IP address, so Chromium requires a permission to
  // reach loopback.
  test.use({ permissions: ["local-network-access"] });

  test("users sign in at AWS with SRP, a first password and a second factor, and tokens are renewed", async ({ page, context, run, folder }) => {
    const user = { username, temporaryPassword: "temporary-A1", tokens: () => tokensOf(run) };
    const cognito = new AwsCognito(poolId, user);
    await cognito.listen(context);
    const url = await host(context, run, await build(folder, asDeployed(run)));
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(url);
    await expect(page.getByText("Click one to sign in")).toBeHidden();

    await signInWith(page, "wrong-A1");
    await expect(page.getByRole("alert")).toContainText("Sign-in failed. Cognito says: Incorrect username or password. Try again, or ask your administrator.");
    await signInWith(page, "temporary-A1");
    await answer(page, "Choose a password", "New password", "too short");
    await expect(page.getByRole("alert")).toContainText("too weak. Password did not conform with policy");
    await answer(page, "Choose a password", "New password", "my own password-A1");
    await expect(page.getByRole("heading", { name: "Set up your second factor" })).toBeVisible();
    const uri = /^otpauth:\/\/totp\/Signpost:charles@example\.com\?secret=[A-Z2-7]+&issuer=Signpost$/;
    await expect(page.getByRole("link", { name: "Add to an app" })).toHaveAttribute("href", uri);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await answer(page, "Set up your second factor", "Code from the app", cognito.code);
    await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();

    await picker(page).setInputFiles({ name: "report.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF") });
    expect((await run.object(await storedKey(page, "report.pdf"))).toString()).toBe("%PDF");
    expect(errors.filter((text) => !/status of 400/.test(text))).toEqual([]); // includes violations of the CSP

    await page.getByRole("button", { name: "Sign out" }).click();
    await expect.poll(() => cognito.calls.at(-1)).toBe("RevokeToken");
    await signInWith(page, "my own password-A1");
    await answer(page, "Enter your code", "Code", cognito.code);
    await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
    await page.clock.setFixedTime(Date.now() + 3600_000);
    await picker(page).setInputFiles({ name: "late.txt", mimeType: "text/plain", buffer: Buffer.from("late") });
    await storedKey(page, "late.txt");
    expect(cognito.calls.slice(2)).toEqual([
      ...["USER_SRP_AUTH", "PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "NEW_PASSWORD_REQUIRED"],
      ...["AssociateSoftwareToken", "VerifySoftwareToken", "MFA_SETUP", "RevokeToken"],
      ...["USER_SRP_AUTH", "PASSWORD_VERIFIER", "SOFTWARE_TOKEN_MFA", "GetTokensFromRefreshToken"],
    ]);
  });

  test("if the browser withholds Cognito's responses, the page names no setting of the stack", async ({ page, context, run, folder }) => {
    await context.route("https://cognito-idp.us-east-1.amazonaws.com/**", (route) =>
      route.request().method() === "POST" ? route.abort() : route.fulfill({ status: 200 }),
    );
    await page.goto(await host(context, run, await build(folder, asDeployed(run))));
    await signInWith(page, "any-A1");
    await expect(page.getByRole("alert")).toContainText("The browser blocked Cognito's response. https://cognito-idp.us-east-1.");
    await expect(page.getByRole("alert")).not.toContainText("AllowedOrigins");
  });

  test("from an origin that isn't allowed, the page says why nothing can be uploaded", async ({ page, run, folder }) => {
    const files = await build(folder, { "Signpost-local": run.outputs });
    const server = createServer(async (request, response) => {
      const name = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
      response.setHeader("Content-Type", types[extname(name)] ?? "application/octet-stream");
      response.end(await readFile(join(files, name)).catch(() => ""));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      // AWS's Cognito allows every origin; the local one allows those of the template.
      await page.route(`${run.outputs.Local.CognitoEndpoint}/**`, async (route) => {
        const { origin: _, ...headers } = route.request().headers();
        const response = await route.fetch({ headers });
        await route.fulfill({ response, headers: { ...response.headers(), "access-control-allow-origin": "*" } });
      });
      await page.clock.install();
      await page.goto(origin);
      await signIn(page);
      const failure = page.getByRole("alert").filter({ hasText: "The API doesn't allow this page" });
      // The error comes after all tries, because a busy API looks the same. The clock skips the
      // delays between them.
      await expect(async () => {
        await page.clock.fastForward(20_000);
        await expect(failure).toBeVisible({ timeout: 100 });
      }).toPass({ timeout: 90_000 });
      await expect(failure).toContainText(`Add ${origin} to this stage's AllowedOrigins in infra/stages.go`);
      const object = `${run.outputs.Local.S3Endpoint}/${run.outputs.UploadBucketName}/uploads/x`;
      const put = page.evaluate((url) => fetch(url, { method: "PUT", body: "hello" }), object);
      await expect(put, "S3's CORS rules have the same origins").rejects.toThrow("Failed to fetch");
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

test("the build lists every problem of its options and its outputs file", async ({ folder, run }) => {
  const good = { "Signpost-local": run.outputs };
  await writeFile(join(folder, "mine.txt"), "mine");
  const outputs = join(folder, "outputs.json");
  const out = join(folder, "page");
  const cases: [file: unknown, args: string[], problems: string[]][] = [
    [good, ["--outs", "x", "y"], ["unknown option --outs", "--out is required"]],
    [good, ["--out", folder], ["holds files that are not from an earlier build"]],
    [good, ["--out", out, "--stack", "Signpost-local"], ["--stack needs --outputs"]],
    ["{", ["--out", out, "--outputs", outputs], ["can't be read as JSON"]],
    [[1], ["--out", out, "--outputs", outputs], ["is not an outputs file"]],
    [{}, ["--out", out, "--outputs", outputs], ["holds no stack"]],
    [{ ...good, Other: {} }, ["--out", out, "--outputs", outputs], ["holds several stacks", "Signpost-local, Other"]],
    [good, ["--out", out, "--outputs", outputs, "--stack", "Dev"], ["holds no stack Dev"]],
    [{ Dev: { ApiUrl: "api" } }, ["--out", out, "--outputs", outputs], ["ApiUrl of stack Dev", "no output UserPoolId"]],
  ];
  for (const [file, args, problems] of cases) {
    await writeFile(outputs, typeof file === "string" ? file : JSON.stringify(file));
    const failure = await runBuild(args).then(() => undefined, (error: { stderr: string }) => error.stderr);
    for (const problem of problems) expect(failure, args.join(" ")).toContain(problem);
  }
  await writeFile(outputs, JSON.stringify({ ...good, Other: {} }));
  await mkdir(out, { recursive: true });
  await runBuild(["--out", out, "--outputs", outputs, "--stack", "Signpost-local"]);
  expect(JSON.parse(await readFile(join(out, "config.json"), "utf8"))).toEqual(good);
});

const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

async function runBuild(args: string[]): Promise<unknown> {
  return promisify(execFile)("node", [join(project, "page/build.mjs"), ...args], { env: environment });
}

/** Builds the page for these outputs. Returns its folder. */
async function build(folder: string, outputs: object): Promise<string> {
  const [file, out] = [join(folder, "outputs.json"), join(folder, "page")];
  await writeFile(file, JSON.stringify(outputs));
  await runBuild(["--out", out, "--outputs", file]);
  return out;
}

/** The run's outputs as a deployment would have them: with AWS's Cognito, and without Local. */
function asDeployed({ outputs }: LocalRun): object {
  const { Local: _, ...deployed } = { ...outputs, UserPoolId: poolId };
  return { Production: deployed };
}

/**
 * Serves the files at another origin that the stack allows, with the Content-Security-Policy from
 * README.md.
 */
async function host(context: BrowserContext, run: LocalRun, files: string): Promise<string> {
  const url = run.outputs.Local.PageUrl.replace("127.0.0.1", "localhost");
  const readme = await readFile(join(project, "page/README.md"), "utf8");
  const policy = /Content-Security-Policy: (.*)/.exec(readme)?.[1] ?? "";
  expect(policy).toContain("default-src 'none'");
  const headers = {
    "Content-Security-Policy": policy
      .replace("https://API_ID.execute-api.REGION.amazonaws.com", new URL(run.outputs.ApiUrl).origin)
      .replaceAll("https://BUCKET.s3.REGION.amazonaws.com", run.outputs.Local.S3Endpoint)
      .replace("REGION", "us-east-1"),
  };
  await context.route(`${url}**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1) || "index.html";
    const contentType = types[extname(name)] ?? "";
    return route.fulfill({ path: join(files, name), headers: { ...headers, "Content-Type": contentType } });
  });
  return url;
}

/**
 * Tokens that the run's API accepts. The access token has an origin_jti, as AWS's tokens that can
 * be revoked.
 */
async function tokensOf(run: LocalRun) {
  const tokens = await tokensFor(run, run.outputs.Local.Users[0].Username, run.outputs.Local.Users[0].Password);
  const [header, claims, signature] = tokens.AccessToken.split(".");
  const revocable = { ...JSON.parse(Buffer.from(claims, "base64url").toString()), origin_jti: "1" };
  const encoded = Buffer.from(JSON.stringify(revocable)).toString("base64url");
  return { ...tokens, AccessToken: [header, encoded, signature].join(".") };
}

async function signInWith(page: Page, password: string): Promise<void> {
  await page.getByLabel("Email").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
}

async function answer(page: Page, title: string, label: string, text: string): Promise<void> {
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  await page.getByLabel(label, { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}
