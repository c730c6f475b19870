// Files that go in one piece, on a line where something goes wrong.
import { appendFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { makeFile, shortLived, test, untilLate } from "./client_fixtures";
import { apiFails, internalError, slowDown, throttled } from "../fault_proxy/faults";

test("whatever fails for a while, the file is stored, once", async ({ run, line, folder, open }) => {
  const client = await open(run);
  for (const [what, operation, fault, times] of [
    ["S3 asks to be asked less, five times", "PutObject", slowDown, 5],
    ["S3 fails, twice", "PutObject", internalError, 2],
    ["S3 refuses the connection, twice", "PutObject", { kind: "refuse" }, 2],
    ["the PUT is cut in the middle", "PutObject", { kind: "cut", after: 1 << 20 }, 1],
    ["the API fails, twice", "POST /uploads", apiFails, 2],
    ["the API's answer is lost", "POST /uploads", { kind: "lose answer" }, 1],
  ] as const) {
    await test.step(what, async () => {
      line.exchanges = [];
      const before = await run.keys();
      const file = await makeFile(folder, "retried.mp4", 4 << 20);
      const trap = line.catch(operation, fault, { times });
      const { key } = await client.stores(await client.upload(file), file);
      expect(trap.caught).toBe(times);
      const isDone = line.of(operation).map(({ status = 0 }) => status === 200 || status === 201);
      expect(isDone).toEqual([...Array(times).fill(false), true]);
      expect((await run.keys()).sort()).toEqual([...before, key].sort());
    });
  }
});

test("429 is waited out for as long as Retry-After says", async ({ run, line, folder, open }) => {
  const file = await makeFile(folder, "throttled.txt", 3);
  const client = await open(run);
  await client.setUp({ retry: { maxDelay: 2_000 } });
  line.catch("POST /uploads", throttled(1));
  await client.stores(await client.upload(file), file);
  const [first, second] = line.of("POST /uploads");
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(990); // ms; less than the least wait can't be late
});

test("a PUT whose answer is lost counts as stored", async ({ run, line, folder, open }) => {
  const client = await open(run);
  // On a connection that it has used before, Chromium itself sends the request again: the client sees only the 412.
  for (const keepsConnections of [false, true]) {
    line.exchanges = [];
    line.keepsConnections = keepsConnections;
    const before = await run.keys();
    const file = await makeFile(folder, "lost answer.txt", 12_345);
    const trap = line.catch("PutObject", { kind: "lose answer" });
    const { key, states } = await client.stores(await client.upload(file), file);
    expect(trap.caught).toBe(1);
    expect(line.of("PutObject").map(({ status }) => status)).toEqual([undefined, 412]);
    expect(line.of("POST /uploads")).toHaveLength(1);
    expect(states.includes("waiting"), "the client tries again").toBe(!keepsConnections);
    expect((await run.keys()).sort()).toEqual([...before, key].sort());
  }
});

test("the network goes away and comes back", async ({ run, line, folder, open, context }) => {
  const before = await run.keys();
  const file = await makeFile(folder, "offline.mp4", 8 << 20);
  const client = await open(run);
  const stalled = line.catch("PutObject", { kind: "stall", after: 1 << 20 });
  const i = await client.upload(file);
  await client.until(i, ({ progress }) => stalled.caught === 1 && progress.sent > 0, "bytes under way");
  await context.setOffline(true);
  line.breakConnections(); // DevTools lets those that there are go on
  await client.reaches(i, "offline");
  await context.setOffline(false);
  const { key } = await client.stores(i, file);
  expect(line.of("PutObject").map(({ status }) => status)).toEqual([undefined, 200]);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
});

test("a URL that has run out is signed again, once", async ({ variant, line, folder, open }) => {
  const run = await variant(shortLived);
  const before = await run.keys();
  const file = await makeFile(folder, "late.txt", 12_345);
  const client = await open(run);
  line.catch("PutObject", untilLate);
  const { key } = await client.stores(await client.upload(file), file);
  expect(line.of("PutObject").map(({ status }) => status)).toEqual([403, 200]);
  expect(line.of("POST /uploads")).toHaveLength(2);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());

  line.catch("PutObject", untilLate, { times: 2 });
  const { error } = await client.reaches(await client.upload(file), "failed");
  expect(error).toMatchObject({ name: "S3Error", code: "AccessDenied", status: 403 });
  expect(error?.message).not.toContain("X-Amz");
  expect(line.of("PutObject")).toHaveLength(4);
});

test("a token that the API refuses is renewed, once", async ({ run, line, folder, open }) => {
  const file = await makeFile(folder, "renewed.txt", 3);
  const client = await open(run);
  await client.expireToken();
  await client.stores(await client.upload(file), file);
  expect(line.of("POST /uploads").map(({ status }) => status)).toEqual([401, 201]);
});

test("a file that changes on the way is told as that", async ({ run, line, folder, open }) => {
  const before = await run.keys();
  const file = await makeFile(folder, "growing.mp4", 4 << 20);
  const client = await open(run);
  line.catch("PutObject", { kind: "cut", after: 1 << 20 });
  const i = await client.upload(file);
  line.catch("POST /uploads", { kind: "refuse" });
  await appendFile(file.path, "more");
  const { error } = await client.reaches(i, "failed");
  expect(error).toMatchObject({ name: "FileError", code: "NotReadable" });
  expect(await run.keys()).toEqual(before);
});

test("a page that the deployment doesn't let in is told so", async ({ run, folder, open }) => {
  const before = await run.keys();
  const client = await open(run, { origin: "http://127.0.0.1:9999" });
  const { error } = await client.reaches(await client.upload(await makeFile(folder, "stranger.txt", 5)), "failed");
  expect(error?.name).toBe("NetworkError");
  expect(error?.message).toContain("http://127.0.0.1:9999");
  expect(error?.message).toContain("AllowedOrigins");
  expect(await run.keys()).toEqual(before);
});

test("one user can't read the other's file", async ({ run, folder, open, context }) => {
  const file = await makeFile(folder, "private.txt", 5);
  const first = await open(run);
  const { key } = await first.stores(await first.upload(file), file);
  const mine = await first.download(key);
  expect(mine).toMatchObject({ method: "GET" });
  const second = await open(run, { user: "second", page: await context.newPage() });
  expect(await second.download(key)).toMatchObject({ name: "ApiError", code: "Forbidden", status: 403 });
});
