// Requests whose bytes a page can't watch: what works with a plain XMLHttpRequest works here.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import { makeFile, smallThreshold, test } from "./client_fixtures";

const impatient = { stallTimeout: 1000 };

test("a service worker fetches for the page: all is stored, at whatever speed", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const passThrough = "onfetch = (event) => event.respondWith(fetch(event.request)); onactivate = () => clients.claim();";
  line.pages.set("/client_page/worker.js", { type: "text/javascript", text: passThrough });
  const client = await open(run);
  await client.page.evaluate(async () => {
    await navigator.serviceWorker.register("worker.js");
    await navigator.serviceWorker.ready;
  });
  await client.page.reload();
  await expect.poll(() => client.page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await client.setUp({ connections: 2, retry: impatient });
  line.bandwidth = 4 << 20; // bytes a second: a part takes some seconds
  const file = await makeFile(folder, "film.mp4", 24 << 20);
  await client.stores(await client.upload(file), file);
  expect(line.of("UploadPart"), "none was given up").toHaveLength(2);
});

test("a proxy takes the whole body, and sends it on later: stored by the first try", async ({ run, line, folder, open }) => {
  const client = await open(run);
  await client.setUp({ retry: impatient });
  const file = await makeFile(folder, "scanned.mp4", 100_000);
  line.catch("PutObject", { kind: "hold", until: () => sleep(6_000) });
  await client.stores(await client.upload(file), file);
  expect(line.of("PutObject")).toHaveLength(1);
});

test("a connection that stands still half-way is given up, and the next try goes through", async ({ run, line, folder, open }) => {
  const client = await open(run);
  await client.setUp({ retry: impatient });
  const file = await makeFile(folder, "stalled.mp4", 32 << 20);
  line.catch("PutObject", { kind: "stall", after: 512 << 10 });
  await client.stores(await client.upload(file), file);
  expect(line.of("PutObject")).toHaveLength(2);
});
