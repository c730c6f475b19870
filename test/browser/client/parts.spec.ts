// Files that are sent in parts.
import { expect } from "@playwright/test";
import { makeFile, storedParts, smallThreshold, test } from "./client_fixtures";
import { apiInternalError, internalError, slowDown, throttled } from "../fault_proxy/faults";

const twoParts = 6 << 20; // bytes: one part of 5 MiB, and the rest
const threeParts = (11 << 20) + 1; // bytes: two parts of 5 MiB, and the rest

test("a large file is sent in parts, several at a time", async ({ run, faultProxy, folder, openClient }) => {
  const before = await run.keys();
  const file = await makeFile(folder, "film.mp4", 97 << 20);
  const client = await openClient(run);
  const { key, states, progress } = await client.expectStored(await client.upload(file), file);
  const parts = faultProxy.requestsFor("UploadPart");
  expect(parts.map(({ status }) => status)).toEqual(Array(12).fill(200));
  expect(storedParts(faultProxy)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect(progress).toEqual({ sent: file.size, total: file.size, reused: 0, partsDone: 12, partsTotal: 12 });
  expect(states).toEqual(["planning", "uploading", "finishing", "stored"]);
  const concurrent = faultProxy.maxConcurrent(new URL(run.outputs.Local.S3Endpoint).origin);
  expect(concurrent).toBeGreaterThan(1);
  expect(concurrent).toBeLessThanOrEqual(6);
  const batches = faultProxy.requestsFor("POST /uploads/parts").length;
  expect(batches, "URLs are signed in batches").toBeLessThan(4);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(await run.unfinished()).toEqual([]);
});

test("the file is stored once, whatever fails for a while", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const client = await openClient(run);
  await client.configure({ retry: { stallTimeout: 1000 } });
  for (const [title, operation, fault, times] of [
    ["S3 asks to slow down, six times", "UploadPart", slowDown, 6],
    ["S3 fails to create the upload, twice", "CreateMultipartUpload", internalError, 2],
    ["S3 fails to join the parts, twice", "CompleteMultipartUpload", internalError, 2],
    ["a part stalls", "UploadPart", { kind: "stall", after: 512 << 10 }, 1],
    ["a part is cut in the middle", "UploadPart", { kind: "cut", after: 512 << 10 }, 1],
    ["the response to a part is lost", "UploadPart", { kind: "lose answer" }, 1],
    ["the response to the last request is lost", "CompleteMultipartUpload", { kind: "lose answer" }, 1],
    ["the API throttles", "POST /uploads/parts", throttled(1), 1],
    ["the API fails, twice", "POST /uploads/parts", apiInternalError, 2],
  ] as const) {
    await test.step(title, async () => {
      faultProxy.exchanges = [];
      const before = await run.keys();
      const file = await makeFile(folder, "retried.mp4", twoParts);
      const injected = faultProxy.injectFault(operation, fault, { times });
      const { key } = await client.expectStored(await client.upload(file), file);
      expect(injected.count).toBe(times);
      const retried = operation === "UploadPart" ? times : 0;
      expect(faultProxy.requestsFor("UploadPart"), "only failed parts are sent again").toHaveLength(2 + retried);
      expect(new Set(storedParts(faultProxy))).toEqual(new Set([1, 2]));
      expect((await run.keys()).sort()).toEqual([...before, key].sort());
      expect(await run.unfinished()).toEqual([]);
    });
  }
});

test("the upload waits while the browser is offline, and then continues", async ({ editedRun, faultProxy, folder, openClient, context }) => {
  const run = await editedRun(smallThreshold);
  const file = await makeFile(folder, "offline.mp4", threeParts);
  const client = await openClient(run);
  faultProxy.injectFault("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const upload = await client.upload(file);
  await client.waitForParts(upload, 2);
  await context.setOffline(true);
  faultProxy.closeConnections(); // DevTools doesn't close open connections.
  await client.waitForState(upload, "offline");
  await context.setOffline(false);
  await client.expectStored(upload, file);
  expect(storedParts(faultProxy), "each part is stored once").toEqual([1, 2, 3]);
});

test("the upload continues after the local run was restarted", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "restarted.mp4", threeParts);
  const client = await openClient(run);
  await client.configure({ retry: { limit: 100 } });
  faultProxy.injectFault("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const upload = await client.upload(file);
  await client.waitForParts(upload, 2);
  await run.shutDown();
  await client.waitUntil(upload, () => faultProxy.requestsFor("UploadPart").length > 3, "a try without a response");
  await run.launch();
  const { key } = await client.expectStored(upload, file);
  expect(faultProxy.requestsFor("UploadPart").filter(({ status }) => !status).length, "failed tries").toBeGreaterThan(2);
  expect(storedParts(faultProxy), "each part is stored once").toEqual([1, 2, 3]);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(await run.unfinished()).toEqual([]);
});
