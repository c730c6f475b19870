import { randomBytes } from "node:crypto";
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

test("a file cut half-way leaves nothing, and trying again helps", async ({ page, run, line }) => {
  await signIn(page);
  const before = await run.keys();
  const buffer = randomBytes(12 << 20);
  line.cuts = 1;
  await picker(page).setInputFiles({ name: "broken.mp4", mimeType: "video/mp4", buffer });
  await expect(row(page, "broken.mp4")).toContainText("The connection to S3 broke");
  expect(await run.keys()).toEqual(before);

  await row(page, "broken.mp4").getByRole("button", { name: "Try again" }).click();
  expect(sha256(await run.object(await storedKey(page, "broken.mp4")))).toBe(sha256(buffer));
});
