// Requests that stall, and requests that only seem to because the page can't see their progress.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import { makeFile, smallThreshold, test } from "./client_fixtures";

const shortTimeout = { stallTimeout: 800 }; // ms

test("a slow upload through a service worker is not given up", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const passThrough = "onfetch = (event) => event.respondWith(fetch(event.request)); onactivate = () => clients.claim();";
  faultProxy.pages.set("/client_page/worker.js", { type: "text/javascript", text: passThrough });
  const client = await openClient(run);
  await client.page.evaluate(async () => {
    await navigator.serviceWorker.register("worker.js");
    await navigator.serviceWorker.ready;
  });
  await client.page.reload();
  await expect.poll(() => client.page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await client.configure({ connections: 2, retry: shortTimeout });
  faultProxy.bandwidth = 3 << 20; // bytes a second: a part takes twice as long as stallTimeout
  const file = await makeFile(folder, "film.mp4", 6 << 20);
  await client.expectStored(await client.upload(file), file);
  expect(faultProxy.requestsFor("UploadPart"), "no part was sent again").toHaveLength(2);
});

test("an upload through a proxy that delays the whole body is not given up", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  await client.configure({ retry: shortTimeout });
  const file = await makeFile(folder, "scanned.mp4", 100_000);
  faultProxy.injectFault("PutObject", { kind: "hold", until: () => sleep(2_500) });
  await client.expectStored(await client.upload(file), file);
  expect(faultProxy.requestsFor("PutObject")).toHaveLength(1);
});

test("an upload that stalls is given up and retried", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  await client.configure({ retry: shortTimeout });
  const file = await makeFile(folder, "stalled.mp4", 15 << 20);
  faultProxy.injectFault("PutObject", { kind: "stall", after: 512 << 10 });
  await client.expectStored(await client.upload(file), file);
  expect(faultProxy.requestsFor("PutObject")).toHaveLength(2);
});
