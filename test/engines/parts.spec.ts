// Files in parts on the demo page, which are interrupted and continue.
import { expect } from "@playwright/test";
import { makeFile, storedParts, smallThreshold } from "../browser/client/client_fixtures";
import { inEngines, otherEngines, test } from "./fixtures";

const threeParts = (11 << 20) + 1; // bytes: two parts of 5 MiB, and the rest

inEngines(otherEngines, () => {
  test("after a reload, the same file is resumed", async ({ openDemo, editedRun, faultProxy, folder, tab }) => {
    const stack = await editedRun(smallThreshold);
    const film = await makeFile(folder, "reloaded.mp4", threeParts);
    const before = await stack.keys();
    const demo = await openDemo(stack);
    await demo.signIn();
    const injected = faultProxy.injectFault("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
    await demo.add(film);
    await demo.waitForText(film.name, /2 of 3 parts/);
    injected.remove();
    await tab.reload();
    await demo.waitUntilSignedIn();
    expect(await tab.evaluate(() => document.getElementById("unfinished")!.innerText)).toMatch(/reloaded\.mp4 12 MB, \d+% sent/);
    await demo.add(film);
    const key = await demo.expectStored(film);
    expect((await demo.row(film.name))?.text).toContain("resumed");
    expect(storedParts(faultProxy), "no part is sent again").toEqual([1, 2, 3]);
    expect(faultProxy.requestsFor("CreateMultipartUpload")).toHaveLength(1);
    expect((await stack.keys()).sort()).toEqual([...before, key].sort());
    expect(await stack.unfinished()).toEqual([]);
  });

  test.describe("with storage blocked", () => {
    test.use({ storage: false });

    test("a file in parts is paused, resumed and stored", async ({ openDemo, editedRun, faultProxy, folder, tab }) => {
      const stack = await editedRun(smallThreshold);
      const demo = await openDemo(stack);
      const read = () => {
        try {
          return String(localStorage);
        } catch (error) {
          return (error as Error).name;
        }
      };
      expect(await tab.evaluate(read)).toMatch(/^null$|SecurityError/);
      const film = await makeFile(folder, "not remembered.mp4", threeParts);
      await demo.signIn();
      faultProxy.injectFault("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
      await demo.add(film);
      await demo.waitForText(film.name, /2 of 3 parts/);
      await demo.press("Pause", film.name);
      await demo.waitForState(film.name, "paused");
      await demo.press("Resume", film.name);
      await demo.expectStored(film);
      expect(storedParts(faultProxy), "no part is sent again").toEqual([1, 2, 3]);
      expect(await stack.unfinished()).toEqual([]);
      await tab.click("#sign-out");
      await expect.poll(() => demo.view()).toBe("sign-in");
    });
  });
});
