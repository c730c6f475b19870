// Files that are sent in one piece, while requests fail; and URLs that expire, also those of parts.
import { appendFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { makeFile, shortLived, storedParts, test, holdUntilExpired } from "./client_fixtures";
import { apiInternalError, internalError, slowDown, throttled } from "../fault_proxy/faults";

const threeParts = (11 << 20) + 1; // bytes: two parts of 5 MiB, and the rest

test("the file is stored once, whatever fails for a while", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  for (const [title, operation, fault, times] of [
    ["S3 asks to slow down, five times", "PutObject", slowDown, 5],
    ["S3 fails, twice", "PutObject", internalError, 2],
    ["S3 refuses the connection, twice", "PutObject", { kind: "refuse" }, 2],
    ["the PUT is cut in the middle", "PutObject", { kind: "cut", after: 1 << 20 }, 1],
    ["the API fails, twice", "POST /uploads", apiInternalError, 2],
    ["the API's response is lost", "POST /uploads", { kind: "lose answer" }, 1],
  ] as const) {
    await test.step(title, async () => {
      faultProxy.exchanges = [];
      const before = await run.keys();
      const file = await makeFile(folder, "retried.mp4", 4 << 20);
      const injected = faultProxy.injectFault(operation, fault, { times });
      const { key } = await client.expectStored(await client.upload(file), file);
      expect(injected.count).toBe(times);
      const isDone = faultProxy.requestsFor(operation).map(({ status = 0 }) => status === 200 || status === 201);
      expect(isDone).toEqual([...Array(times).fill(false), true]);
      expect((await run.keys()).sort()).toEqual([...before, key].sort());
    });
  }
});

test("after a 429, the client waits as long as Retry-After says", async ({ run, faultProxy, folder, openClient }) => {
  const file = await makeFile(folder, "throttled.txt", 3);
  const client = await openClient(run);
  await client.configure({ retry: { maxDelay: 2_000 } });
  faultProxy.injectFault("POST /uploads", throttled(1));
  await client.expectStored(await client.upload(file), file);
  const [first, second] = faultProxy.requestsFor("POST /uploads");
  expect((second?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThan(990); // ms: a busy machine only adds to it
});

test("a file whose response is lost is reported as stored", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  // On a connection that it reuses, Chromium itself retries the request, and the client sees only
  // the 412.
  for (const keepConnections of [false, true]) {
    faultProxy.exchanges = [];
    faultProxy.keepConnections = keepConnections;
    const before = await run.keys();
    const file = await makeFile(folder, "lost answer.txt", 12_345);
    const injected = faultProxy.injectFault("PutObject", { kind: "lose answer" });
    const { key, states } = await client.expectStored(await client.upload(file), file);
    expect(injected.count).toBe(1);
    expect(faultProxy.requestsFor("PutObject").map(({ status }) => status)).toEqual([undefined, 412]);
    expect(faultProxy.requestsFor("POST /uploads")).toHaveLength(1);
    expect(states.includes("waiting"), "the client retries").toBe(!keepConnections);
    expect((await run.keys()).sort()).toEqual([...before, key].sort());
  }
});

test("expired URLs of a file and of parts are signed again", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(shortLived);
  const before = await run.keys();
  const [whole, parts] = [await makeFile(folder, "late.txt", 12_345), await makeFile(folder, "late.mp4", threeParts)];
  const client = await openClient(run);
  faultProxy.injectFault("PutObject", holdUntilExpired);
  faultProxy.injectFault("UploadPart", holdUntilExpired, { times: 2, skip: 1 });
  const first = await client.upload(whole, parts);
  const keys = [(await client.expectStored(first, whole)).key, (await client.expectStored(first + 1, parts)).key];
  expect(faultProxy.requestsFor("PutObject").map(({ status }) => status)).toEqual([403, 200]);
  const statuses = faultProxy.requestsFor("UploadPart").map(({ status }) => status);
  expect(statuses.filter((status) => status === 403)).toHaveLength(2);
  expect(storedParts(faultProxy)).toEqual([1, 2, 3]);
  expect((await run.keys()).sort()).toEqual([...before, ...keys].sort());
  expect(await run.unfinished()).toEqual([]);
});

test("a token that the API refuses is renewed, once", async ({ run, faultProxy, folder, openClient }) => {
  const file = await makeFile(folder, "renewed.txt", 3);
  const client = await openClient(run);
  await client.expireToken();
  await client.expectStored(await client.upload(file), file);
  const requests = faultProxy.exchanges.filter(({ method, path }) => method !== "OPTIONS" && /limits|uploads$/.test(path));
  expect(requests.map(({ method, status }) => [method, status])).toEqual([["GET", 401], ["GET", 200], ["POST", 201]]);
});

test("a file that changes during the upload is reported as a FileError", async ({ run, faultProxy, folder, openClient }) => {
  const before = await run.keys();
  const file = await makeFile(folder, "growing.mp4", 4 << 20);
  const client = await openClient(run);
  faultProxy.injectFault("PutObject", { kind: "cut", after: 1 << 20 });
  const upload = await client.upload(file);
  faultProxy.injectFault("POST /uploads", { kind: "refuse" });
  await appendFile(file.path, "more");
  const { error } = await client.waitForState(upload, "failed");
  expect(error).toMatchObject({ name: "FileError", code: "NotReadable" });
  expect(await run.keys()).toEqual(before);
});

test("a page whose origin isn't allowed gets an error that names it", async ({ run, folder, openClient }) => {
  const before = await run.keys();
  const client = await openClient(run, { origin: "http://127.0.0.1:9999" });
  const { error } = await client.waitForState(await client.upload(await makeFile(folder, "stranger.txt", 5)), "failed");
  expect(error?.name).toBe("NetworkError");
  expect(error?.message).toContain("http://127.0.0.1:9999");
  expect(error?.message).toContain("AllowedOrigins");
  expect(await run.keys()).toEqual(before);
});

test("a user can't download another user's file", async ({ run, folder, openClient, context }) => {
  const file = await makeFile(folder, "private.txt", 5);
  const first = await openClient(run);
  const { key } = await first.expectStored(await first.upload(file), file);
  const mine = await first.download(key);
  expect(mine).toMatchObject({ method: "GET" });
  const second = await openClient(run, { user: "second", page: await context.newPage() });
  expect(await second.download(key)).toMatchObject({ name: "ApiError", code: "Forbidden", status: 403 });
});
