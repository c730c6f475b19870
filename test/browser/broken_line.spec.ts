import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CuttingProxy } from "./cutting_proxy";
import { expect, picker, row, signIn, storedKey, test as base } from "./fixtures";
import { sha256 } from "./local_run";

const test = base.extend<{ line: CuttingProxy }>({
  line: async ({}, use) => {
    const line = new CuttingProxy();
    await line.listen();
    await use(line);
    line.close();
  },
  context: async ({ browser, line }, use) => {
    // Chromium goes to loopback without a proxy, unless told otherwise.
    const context = await browser.newContext({ proxy: { server: line.url, bypass: "<-loopback>" } });
    await use(context);
    await context.close();
  },
});
test.use({ expectedErrors: /Failed to load resource/ });

test("a file cut half-way leaves nothing, and trying again helps", async ({ page, run, line, folder }) => {
  await signIn(page);
  const before = await run.keys();
  const bytes = randomBytes(33 << 20); // too large for a checksum, which would save S3 from keeping a part of it
  const path = join(folder, "broken.mp4");
  await writeFile(path, bytes);
  line.cuts = 1;
  await picker(page).setInputFiles(path);
  await expect(row(page, "broken.mp4")).toContainText("The connection to S3 broke");
  await row(page, "broken.mp4").getByRole("button", { name: "Try again" }).click();
  const key = await storedKey(page, "broken.mp4");
  expect(sha256(await run.object(key))).toBe(sha256(bytes));
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
});
