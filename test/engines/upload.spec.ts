// The demo page, with its own Content-Security-Policy.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { type LocalFile, makeFile } from "../browser/client/client_fixtures";
import { sha256 } from "../browser/local_run/local_run";
import { landscape } from "../browser/page/pictures";
import { inEngines, otherEngines, test } from "./fixtures";

inEngines(otherEngines, () => {
  test("users can sign in by keyboard, and a reload keeps the session", async ({ demo, tab, run }) => {
    const { Username, Password } = run.outputs.Local.Users[0];
    await tab.type("#username", Username);
    await tab.type("#password", `${Password}\n`);
    await demo.waitUntilSignedIn();
    expect(await tab.evaluate(() => document.activeElement?.id)).toBe("picker");
    await tab.reload();
    await demo.waitUntilSignedIn();
    await tab.click("#sign-out");
    await expect.poll(() => demo.view()).toBe("sign-in");
    await expect.poll(() => tab.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  });

  test("files of any size and name are stored once", async ({ demo, run, folder }) => {
    const names = ["one byte.csv", "🎉 Grüße – 日本.mp4", "دفتر ملاحظات.txt", "100% & 'more' #1?;.txt", "....txt"];
    const files = [await makeFile(folder, "empty.csv", 0), await makeFile(folder, "8 MiB + 1.png", (8 << 20) + 1)];
    for (const [i, name] of names.entries()) files.push(await makeFile(folder, name, 4 ** i));
    const before = await run.keys();
    await demo.signIn();
    await demo.add(...files);
    const keys = [];
    for (const file of files) keys.push(await demo.expectStored(file));
    expect((await run.keys()).sort()).toEqual([...before, ...keys].sort());
  });

  test("a stored file is opened in a tab, and saved under its name", async ({ demo, engine, folder, downloads }) => {
    const picture = await write(folder, "Grüße 🎉.png", landscape(320, 240, 5));
    await demo.signIn();
    await demo.add(picture);
    await demo.expectStored(picture);
    await demo.press("Open", picture.name);
    const opened = await engine.openedTab();
    await expect.poll(() => opened.evaluate(() => [document.contentType, opener])).toEqual(["image/png", null]);
    await demo.press("Download", picture.name);
    const saved = async () => (await readdir(downloads)).filter((name) => !/\.(part|crdownload|wkdownload)$/.test(name));
    await expect.poll(saved).toEqual([picture.name]);
    await expect.poll(async () => sha256(await readFile(join(downloads, picture.name)))).toBe(picture.sha256);
  });
});

async function write(folder: string, name: string, bytes: Buffer): Promise<LocalFile> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return { path, name, size: bytes.length, sha256: sha256(bytes) };
}
