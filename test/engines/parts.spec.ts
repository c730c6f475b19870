// Files in parts on the demo page: what interrupts them, and what goes on by itself.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import { makeFile, partsSent, smallThreshold } from "../browser/client/client_fixtures";
import { test } from "./fixtures";

const threeParts = (33 << 20) + 1; // bytes: two of 16 MiB, and what is left

test("a file in parts is paused, and goes on", async ({ openDemo, variant, line, folder }) => {
  const stack = await variant(smallThreshold);
  const film = await makeFile(folder, "paused.mp4", threeParts);
  const demo = await openDemo(stack);
  await demo.signIn();
  line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  await demo.add(film);
  await demo.says(film.name, /2 of 3 parts/);
  await demo.press("Pause", film.name);
  const { words } = await demo.reaches(film.name, "paused");
  await sleep(600); // the page measures twice a second
  expect((await demo.row(film.name))?.words).toBe(words);
  expect(partsSent(line)).toHaveLength(2);
  await demo.press("Resume", film.name);
  await demo.stores(film);
  expect(partsSent(line), "no part is sent again").toEqual([1, 2, 3]);
  expect(await stack.unfinished()).toEqual([]);
});

test("after a reload the same file goes on where it stopped", async ({ openDemo, variant, line, folder, tab }) => {
  const stack = await variant(smallThreshold);
  const film = await makeFile(folder, "reloaded.mp4", threeParts);
  const before = await stack.keys();
  const demo = await openDemo(stack);
  await demo.signIn();
  const trap = line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  await demo.add(film);
  await demo.says(film.name, /2 of 3 parts/);
  trap.remove();
  await tab.reload();
  await demo.isSignedIn();
  expect(await tab.evaluate(() => document.getElementById("unfinished")!.innerText)).toMatch(/reloaded\.mp4 35 MB, \d+% sent/);
  await demo.add(film);
  const key = await demo.stores(film);
  expect((await demo.row(film.name))?.words).toContain("resumed");
  expect(partsSent(line), "no part is sent again").toEqual([1, 2, 3]);
  expect(line.of("CreateMultipartUpload")).toHaveLength(1);
  expect((await stack.keys()).sort()).toEqual([...before, key].sort());
  expect(await stack.unfinished()).toEqual([]);
});

test("offline, files wait and say so, and go on by themselves", async ({ openDemo, variant, line, folder, tab }) => {
  const stack = await variant(smallThreshold);
  const before = await stack.keys();
  const film = await makeFile(folder, "offline.mp4", threeParts);
  const note = await makeFile(folder, "added offline.txt", 5);
  const demo = await openDemo(stack);
  await demo.signIn();
  line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  await demo.add(film);
  await demo.says(film.name, /2 of 3 parts/);

  // No driver of them all can switch the network off: the line refuses, and the page is told what a browser would say.
  const operations = ["UploadPart", "POST /uploads", "POST /uploads/parts"];
  const refusals = operations.map((operation) => line.catch(operation, { kind: "refuse" }, { times: Infinity }));
  await tell(false);
  line.breakConnections();
  await demo.add(note);
  for (const { name } of [film, note]) await demo.reaches(name, "offline");
  for (const refusal of refusals) refusal.remove();
  await tell(true);
  const keys = [await demo.stores(film), await demo.stores(note)];
  expect(partsSent(line), "no part is sent again").toEqual([1, 2, 3]);
  expect((await stack.keys()).sort()).toEqual([...before, ...keys].sort());

  function tell(online: boolean): Promise<void> {
    return tab.evaluate((onLine) => {
      Object.defineProperty(navigator, "onLine", { value: onLine, configurable: true });
      dispatchEvent(new Event(onLine ? "online" : "offline"));
    }, online);
  }
});

test.describe("with storage blocked", () => {
  test.use({ storage: false });

  test("a file in parts is stored all the same", async ({ openDemo, variant, folder, tab }) => {
    const stack = await variant(smallThreshold);
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
    await demo.add(film);
    await demo.stores(film);
    expect(await stack.unfinished()).toEqual([]);
    await tab.click("#sign-out");
    await expect.poll(() => demo.view()).toBe("sign-in");
  });
});
