import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { environment, project } from "../local_run/build";
import { expect, test } from "./page_fixtures";

const stack = { ApiUrl: "https://api.example/v1/", Region: "eu-west-1", UploadBucketName: "uploads" };

test("the page is built for an issuer, and the build lists every problem", async ({ folder }) => {
  const [outputs, out] = [join(folder, "outputs.json"), join(folder, "page")];
  await writeFile(outputs, JSON.stringify({ Production: stack }));
  const good = ["--outputs", outputs, "--issuer", "https://login.example/tenant/", "--client-id", "page"];
  const cases: [args: string[], problems: string[]][] = [
    [["--outputs", outputs], ["no output UserPoolId: if an issuer signs users in, give --issuer"]],
    [["--client-id", "x", "--scope", "y"], ["--client-id needs --issuer", "--scope needs --issuer"]],
    [["--issuer", "http://login.example/"], ["--issuer needs --outputs", "--issuer needs --client-id", "--issuer must be an https URL"]],
    [[...good, "--audience="], ["--audience needs a value"]],
  ];
  for (const [args, problems] of cases) {
    const failure = await build(out, args).then(() => "", (error: { stderr: string }) => error.stderr);
    for (const problem of problems) expect(failure, args.join(" ")).toContain(problem);
  }
  await build(out, [...good, "--audience", "https://api.example"]);
  const Issuer = { Url: "https://login.example/tenant/", ClientId: "page", Audience: "https://api.example" };
  expect(JSON.parse(await readFile(join(out, "config.json"), "utf8"))).toEqual({ Production: { ...stack, Issuer } });
});

test("with a user pool, the code for issuers isn't loaded", async ({ page }) => {
  const scripts: string[] = [];
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible(); // so no request of this load comes later
  page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(scripts.filter((path) => /issuer_|cognito_auth/.test(path))).toEqual([expect.stringMatching(/^\/cognito_auth-/)]);
});

async function build(out: string, args: string[]): Promise<unknown> {
  return promisify(execFile)("node", [join(project, "page/build.mjs"), "--out", out, ...args], { env: environment });
}
