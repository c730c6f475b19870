// The client on a page with nothing else on it, over a line that fails: what each engine's XMLHttpRequest makes of it.
import { expect } from "@playwright/test";
import { makeFile, partsSent, shortLived, smallThreshold, untilLate } from "../browser/client/client_fixtures";
import { slowDown, throttled } from "../browser/fault_proxy/faults";
import { test } from "./fixtures";

const threeParts = (33 << 20) + 1; // bytes: two of 16 MiB, and what is left

test("whatever fails for a while, the file is stored whole, once", async ({ openClient, run, line, folder }) => {
  const client = await openClient(run);
  for (const [what, operation, fault] of [
    ["the PUT is cut in the middle", "PutObject", { kind: "cut", after: 1 << 20 }],
    ["the connection is refused", "PutObject", { kind: "refuse" }],
    ["S3's answer is lost", "PutObject", { kind: "lose answer" }],
    ["S3 asks to be asked less", "PutObject", slowDown],
    ["the API asks to be asked less", "POST /uploads", throttled(0)],
    ["the API's answer is lost", "POST /uploads", { kind: "lose answer" }],
  ] as const) {
    // On a connection that is kept, browsers send some requests again by themselves.
    for (line.keepsConnections of [false, true]) {
      await test.step(`${what}, ${line.keepsConnections ? "on a kept" : "on a new"} connection`, async () => {
        const before = await run.keys();
        const file = await makeFile(folder, "retried.mp4", 4 << 20);
        const trap = line.catch(operation, fault);
        const { key } = await client.stores(await client.upload(file), file);
        expect(trap.caught).toBe(1);
        expect((await run.keys()).sort()).toEqual([...before, key].sort());
      });
    }
  }
});

test("URLs that have run out are signed again", async ({ openClient, variant, line, folder }) => {
  const stack = await variant(shortLived);
  const before = await stack.keys();
  const client = await openClient(stack);
  const [whole, parts] = [await makeFile(folder, "late.txt", 12_345), await makeFile(folder, "late.mp4", threeParts)];
  line.catch("PutObject", untilLate);
  line.catch("UploadPart", untilLate, { skip: 1 });
  const first = await client.upload(whole, parts);
  const keys = [(await client.stores(first, whole)).key, (await client.stores(first + 1, parts)).key];
  expect(line.of("PutObject").map(({ status }) => status)).toEqual([403, 200]);
  expect(line.of("UploadPart").map(({ status }) => status)).toContain(403);
  expect(partsSent(line)).toEqual([1, 2, 3]);
  expect((await stack.keys()).sort()).toEqual([...before, ...keys].sort());
});

test("a file that grows after it was chosen is stored as it was, or not at all", async ({ openClient, run, line, folder }) => {
  const before = await run.keys();
  const client = await openClient(run);
  const file = await makeFile(folder, "growing.mp4", 4 << 20);
  const hold = line.catch("POST /uploads", { kind: "hold", until: () => makeFile(folder, file.name, 5 << 20) });
  const i = await client.upload(file);
  const { error } = await client.until(i, ({ state }) => /stored|failed/.test(state), "end");
  expect(hold.caught).toBe(1);
  if (error) {
    // Engines send what is there now, or nothing, or what they have read before: S3 refuses it, or the client does.
    expect(["FileError", "S3Error", "NetworkError"]).toContain(error.name);
    expect(await run.keys()).toEqual(before);
  } else await client.stores(i, file);
});

test("a service worker that passes everything on does no harm", async ({ openClient, variant, line, folder, tab }) => {
  const stack = await variant(smallThreshold);
  const text = `
    self.addEventListener("install", () => self.skipWaiting());
    self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));
  `;
  line.pages.set("/client_page/worker.js", { type: "text/javascript", text });
  const client = await openClient(stack);
  await tab.evaluate(async () => {
    await navigator.serviceWorker.register("worker.js");
    await navigator.serviceWorker.ready;
  });
  const controller = async () => {
    await client.open(); // WebKit may load a page before the worker has it
    return tab.evaluate(() => navigator.serviceWorker.controller?.state);
  };
  await expect.poll(controller).toBe("activated");
  const before = await stack.keys();
  const stallTimeout = 1500; // ms
  await client.setUp({ retry: { stallTimeout } });
  line.bandwidth = 4 << 20; // bytes a second: a part takes longer than that
  const file = await makeFile(folder, "by worker.mp4", threeParts);
  const { key } = await client.stores(await client.upload(file), file);
  expect((await stack.keys()).sort()).toEqual([...before, key].sort());
  expect(partsSent(line)).toEqual([1, 2, 3]);
});
