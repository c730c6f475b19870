import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FaultProxy } from "./fault_proxy";
import { expect, picker, row, signIn, storedKey, test as base } from "./fixtures";
import { sha256 } from "./local_run";

const test = base.extend<{ line: FaultProxy }>({
  line: async ({}, use) => {
    const line = new FaultProxy();
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

test("a file cut half-way leaves nothing, and is sent again by itself", async ({ page, run, line, folder }) => {
  await signIn(page);
  const before = await run.keys();
  const bytes = randomBytes(33 << 20);
  const path = join(folder, "broken.mp4");
  await writeFile(path, bytes);
  const cut = line.catch("PutObject", { kind: "cut", after: 1 << 20 }); // more than the buffers on the way hold
  await picker(page).setInputFiles(path);
  const key = await storedKey(page, "broken.mp4");
  expect(cut.caught).toBe(1);
  expect(sha256(await run.object(key))).toBe(sha256(bytes));
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
});
