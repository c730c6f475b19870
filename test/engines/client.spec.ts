// The client while requests fail: what each engine's XMLHttpRequest makes of it.
import { expect } from "@playwright/test";
import { makeFile, storedParts, smallThreshold } from "../browser/client/client_fixtures";
import { slowDown, throttled } from "../browser/fault_proxy/faults";
import { inEngines, otherEngines, test } from "./fixtures";

const threeParts = (11 << 20) + 1; // bytes: two parts of 5 MiB, and the rest

inEngines(otherEngines, () => {
  test("the file is stored once, whatever fails for a while", async ({ openClient, run, faultProxy, folder }) => {
    const client = await openClient(run);
    for (const [title, operation, fault] of [
      ["the PUT is cut in the middle", "PutObject", { kind: "cut", after: 1 << 20 }],
      ["the connection is refused", "PutObject", { kind: "refuse" }],
      ["S3's response is lost", "PutObject", { kind: "lose answer" }],
      ["S3 asks to slow down", "PutObject", slowDown],
      ["the API throttles", "POST /uploads", throttled(0)],
      ["the API's response is lost", "POST /uploads", { kind: "lose answer" }],
    ] as const) {
      // On a connection that is kept open, browsers retry some requests by themselves.
      for (faultProxy.keepConnections of [false, true]) {
        await test.step(`${title}, ${faultProxy.keepConnections ? "on a kept" : "on a new"} connection`, async () => {
          const before = await run.keys();
          const file = await makeFile(folder, "retried.mp4", 4 << 20);
          const injected = faultProxy.injectFault(operation, fault);
          const { key } = await client.expectStored(await client.upload(file), file);
          expect(injected.count).toBe(1);
          expect((await run.keys()).sort()).toEqual([...before, key].sort());
        });
      }
    }
  });

  test("a file that grows after it was chosen is stored as it was, or not at all", async ({ openClient, run, faultProxy, folder }) => {
    const before = await run.keys();
    const client = await openClient(run);
    const file = await makeFile(folder, "growing.mp4", 4 << 20);
    const hold = faultProxy.injectFault("POST /uploads", { kind: "hold", until: () => makeFile(folder, file.name, 5 << 20) });
    const upload = await client.upload(file);
    const { error } = await client.waitUntil(upload, ({ state }) => /stored|failed/.test(state), "end");
    expect(hold.count).toBe(1);
    if (error) {
      // Engines send the current bytes, none, or those that they have read earlier. S3 or the client
      // refuses them.
      expect(["FileError", "S3Error", "NetworkError"]).toContain(error.name);
      expect(await run.keys()).toEqual(before);
    } else await client.expectStored(upload, file);
  });

  test("uploads work with a service worker that forwards every request", async ({ openClient, editedRun, faultProxy, folder, tab }) => {
    const stack = await editedRun(smallThreshold);
    const text = `
      self.addEventListener("install", () => self.skipWaiting());
      self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
      self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));
    `;
    faultProxy.pages.set("/client_page/worker.js", { type: "text/javascript", text });
    const client = await openClient(stack);
    await tab.evaluate(async () => {
      await navigator.serviceWorker.register("worker.js");
      await navigator.serviceWorker.ready;
    });
    const controller = async () => {
      await client.open(); // WebKit may load the page before the worker controls it.
      return tab.evaluate(() => navigator.serviceWorker.controller?.state);
    };
    await expect.poll(controller).toBe("activated");
    const before = await stack.keys();
    const stallTimeout = 1500; // ms
    await client.configure({ retry: { stallTimeout } });
    faultProxy.bandwidth = 4 << 20; // bytes a second: a part takes longer than stallTimeout
    const file = await makeFile(folder, "by worker.mp4", threeParts);
    const { key } = await client.expectStored(await client.upload(file), file);
    expect((await stack.keys()).sort()).toEqual([...before, key].sort());
    expect(storedParts(faultProxy)).toEqual([1, 2, 3]);
  });
});
