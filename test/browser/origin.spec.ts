import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import { picker, row, signIn } from "./fixtures";
import { LocalRun, project } from "./local_run";

/** A local run from a copy of the project, in which infra/stages.go allows other origins than the page's. */
const test = base.extend<{ strangerRun: LocalRun }>({
  strangerRun: [
    async ({}, use) => {
      const root = await mkdtemp(join(tmpdir(), "signpost-origin-"));
      try {
        await copyProject(root);
        await edit(join(root, "infra/stages.go"), /"http:\/\/(localhost|127\.0\.0\.1):8080"/g, '"http://$1:9999"');
        const run = await LocalRun.start(root);
        await use(run);
        await run.stop();
      } finally {
        await rm(root, { recursive: true });
      }
    },
    { timeout: 300_000 },
  ],
});

test("a page whose origin stages.go doesn't list is refused by the browser, and says why", async ({ page, strangerRun }) => {
  const { ApiUrl, UploadBucketName, Local } = strangerRun.outputs;
  const blocked: string[] = [];
  page.on("console", (message) => message.type() === "error" && blocked.push(message.text()));
  await page.goto(Local.PageUrl);
  await signIn(page); // Cognito lets every origin in, on AWS too

  await picker(page).setInputFiles({ name: "stranger.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
  const refused = row(page, "stranger.txt");
  await expect(refused).toHaveAttribute("data-state", "failed");
  await expect(refused).toContainText("The API doesn't let this page in");
  await expect(refused).toContainText(new URL(Local.PageUrl).origin);
  await expect(refused).toContainText("infra/stages.go");
  expect(blocked.join("\n")).toContain(`${ApiUrl}uploads' from origin '${new URL(Local.PageUrl).origin}' has been blocked by CORS policy`);

  const put = page.evaluate((url) => fetch(url, { method: "PUT", body: "hello" }), `${Local.S3Endpoint}/${UploadBucketName}/uploads/x`);
  await expect(put, "S3's CORS rules come from the same origins").rejects.toThrow("Failed to fetch");
  expect(await strangerRun.keys()).toEqual([]);
});

/** Copies what git would: tracked files and new ones, as they are now. */
async function copyProject(to: string): Promise<void> {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: project, encoding: "utf8" });
  for (const file of list.split("\0")) {
    const copied = file !== "" && file !== "node_modules" && existsSync(join(project, file)); // else it is deleted, or linked below
    if (copied) await cp(join(project, file), join(to, file));
  }
  await symlink(join(project, "node_modules"), join(to, "node_modules"));
}

async function edit(file: string, pattern: RegExp, replacement: string): Promise<void> {
  const before = await readFile(file, "utf8");
  const after = before.replace(pattern, replacement);
  expect(after, `${file} no longer holds ${pattern}`).not.toBe(before);
  await writeFile(file, after);
}
