// Files that go in parts.
import { expect } from "@playwright/test";
import { makeFile, partsSent, shortLived, smallThreshold, test, untilLate } from "./client_fixtures";
import { apiFails, internalError, slowDown, throttled } from "../fault_proxy/faults";

const twoParts = 17 << 20; // bytes: one part of 16 MiB, and what is left
const threeParts = (33 << 20) + 1; // bytes: two of 16 MiB, and what is left

test("300 MiB go in parts, several at once, each checked by S3", async ({ run, line, folder, open }) => {
  const before = await run.keys();
  const file = await makeFile(folder, "film.mp4", 300 << 20);
  const client = await open(run);
  const { key, states, progress } = await client.stores(await client.upload(file), file);
  const parts = line.of("UploadPart");
  expect(parts.map(({ status }) => status)).toEqual(Array(19).fill(200));
  expect(partsSent(line)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
  expect(progress).toEqual({ sent: file.size, total: file.size, partsDone: 19, partsTotal: 19 });
  expect(states).toEqual(["planning", "uploading", "finishing", "stored"]);
  const atOnce = line.mostAtOnce(new URL(run.outputs.Local.S3Endpoint).origin);
  expect(atOnce).toBeGreaterThan(1);
  expect(atOnce).toBeLessThanOrEqual(5);
  const asked = line.of("POST /uploads/parts").length;
  expect(asked, "URLs are asked for in batches").toBeLessThan(6);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(await run.unfinished()).toEqual([]);
});

test("whatever fails for a while, the file is stored, once", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const client = await open(run);
  await client.setUp({ retry: { stallTimeout: 2000 } });
  for (const [what, operation, fault, times] of [
    ["S3 asks to be asked less, in a burst", "UploadPart", slowDown, 6],
    ["S3 fails to begin", "CreateMultipartUpload", internalError, 2],
    ["S3 fails to join the parts", "CompleteMultipartUpload", internalError, 2],
    ["a part comes to a standstill", "UploadPart", { kind: "stall", after: 512 << 10 }, 1],
    ["a part is cut in the middle", "UploadPart", { kind: "cut", after: 512 << 10 }, 1],
    ["the answer to a part is lost", "UploadPart", { kind: "lose answer" }, 1],
    ["the answer to the last request is lost", "CompleteMultipartUpload", { kind: "lose answer" }, 1],
    ["the API throttles", "POST /uploads/parts", throttled(1), 1],
    ["the API fails, twice", "POST /uploads/parts", apiFails, 2],
  ] as const) {
    await test.step(what, async () => {
      line.exchanges = [];
      const before = await run.keys();
      const file = await makeFile(folder, "retried.mp4", twoParts);
      const trap = line.catch(operation, fault, { times });
      const { key } = await client.stores(await client.upload(file), file);
      expect(trap.caught).toBe(times);
      const retried = operation === "UploadPart" ? times : 0;
      expect(line.of("UploadPart"), "only what failed is sent again").toHaveLength(2 + retried);
      expect(new Set(partsSent(line))).toEqual(new Set([1, 2]));
      expect((await run.keys()).sort()).toEqual([...before, key].sort());
      expect(await run.unfinished()).toEqual([]);
    });
  }
});

test("pause keeps what S3 has, resume sends the rest", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const file = await makeFile(folder, "paused.mp4", threeParts);
  const client = await open(run);
  line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const i = await client.upload(file);
  await client.hasParts(i, 2);
  await client.pause(i);
  expect((await client.seen(i)).state).toBe("paused");
  await client.resume(i);
  await client.stores(i, file);
  expect(partsSent(line), "each part is stored once").toEqual([1, 2, 3]);
  expect(line.of("CreateMultipartUpload")).toHaveLength(1);
});

test("an upload that is cancelled leaves nothing in S3", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "cancelled.mp4", threeParts);
  const client = await open(run);
  line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const i = await client.upload(file);
  await client.hasParts(i, 2);
  expect(await run.unfinished()).toHaveLength(1);
  await client.abort(i);
  expect((await client.reaches(i, "aborted")).error?.name).toBe("AbortError");
  await expect.poll(() => run.unfinished()).toEqual([]);
  expect(await run.keys()).toEqual(before);
  expect(await client.remembered()).toEqual([]);
});

test("the network goes away and comes back", async ({ variant, line, folder, open, context }) => {
  const run = await variant(smallThreshold);
  const file = await makeFile(folder, "offline.mp4", threeParts);
  const client = await open(run);
  line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const i = await client.upload(file);
  await client.hasParts(i, 2);
  await context.setOffline(true);
  line.breakConnections(); // DevTools lets those that there are go on
  await client.reaches(i, "offline");
  await context.setOffline(false);
  await client.stores(i, file);
  expect(partsSent(line), "each part is stored once").toEqual([1, 2, 3]);
});

test("URLs of parts that have run out are signed again", async ({ variant, line, folder, open }) => {
  const run = await variant(shortLived);
  const file = await makeFile(folder, "late.mp4", threeParts);
  const client = await open(run);
  line.catch("UploadPart", untilLate, { times: 2, skip: 1 });
  await client.stores(await client.upload(file), file);
  const statuses = line.of("UploadPart").map(({ status }) => status);
  expect(statuses.filter((status) => status === 403)).toHaveLength(2);
  expect(partsSent(line)).toEqual([1, 2, 3]);
  expect(await run.unfinished()).toEqual([]);
});

test("everything that serves is restarted half-way", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "restarted.mp4", threeParts);
  const client = await open(run);
  await client.setUp({ retry: { limit: 100 } });
  line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const i = await client.upload(file);
  await client.hasParts(i, 2);
  await run.end();
  await client.until(i, () => line.of("UploadPart").length > 3, "tries while nobody answers");
  await run.begin();
  const { key } = await client.stores(i, file);
  expect(line.of("UploadPart").filter(({ status }) => !status).length, "tries that failed").toBeGreaterThan(2);
  expect(partsSent(line), "each part is stored once").toEqual([1, 2, 3]);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(await run.unfinished()).toEqual([]);
});
