// Uploads in parts that a reload interrupts, and that are resumed.
import { utimes, stat, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { expect } from "@playwright/test";
import type { ClientPage } from "./client_page";
import { type LocalFile, makeFile, withoutResumable, storedParts, smallThreshold, test } from "./client_fixtures";
import type { FaultProxy } from "../fault_proxy/fault_proxy";
import { sha256 } from "../local_run/local_run";

const threeParts = (11 << 20) + 1; // bytes: two parts of 5 MiB, and the rest

/** Uploads until S3 has two parts and the third one stalls. */
async function interruptUpload(client: ClientPage, faultProxy: FaultProxy, file: LocalFile): Promise<void> {
  const injected = faultProxy.injectFault("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const upload = await client.upload(file);
  await client.waitForParts(upload, 2);
  await expect.poll(() => injected.count).toBe(1);
  const records = (await client.storedRecords()).join("\n");
  expect(records).toMatch(/^signpost:/);
  expect(records, "neither a URL nor a token is stored").not.toMatch(/X-Amz|eyJ|\?/i);
  injected.remove();
  await client.checkProgress();
  faultProxy.exchanges = [];
}

test("after a reload, only the missing parts of the same file are sent", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "again.mp4", threeParts);
  const client = await openClient(run);
  await interruptUpload(client, faultProxy, file);
  await client.reload();
  const { object, key } = await client.expectStored(await client.upload(file), file);
  expect(object?.resumed).toBe(true);
  expect(faultProxy.requestsFor("ListParts")).toHaveLength(1);
  expect(storedParts(faultProxy)).toHaveLength(1);
  expect(faultProxy.requestsFor("CreateMultipartUpload")).toHaveLength(0);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(await run.unfinished()).toEqual([]);
  expect(await client.storedRecords()).toEqual([]);
});

/** Replaces the file by another one with the same name, size and time. */
async function replaceFile(file: LocalFile): Promise<LocalFile> {
  const { atime, mtime } = await stat(file.path);
  const bytes = randomBytes(file.size);
  await writeFile(file.path, bytes);
  await utimes(file.path, atime, mtime);
  return { ...file, sha256: sha256(bytes) };
}

test("another file with the same name, size and time is uploaded from the beginning", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "changed.mp4", threeParts);
  const client = await openClient(run);
  await interruptUpload(client, faultProxy, file);
  const other = await replaceFile(file);
  await client.reload();
  const { object, key } = await client.expectStored(await client.upload(other), other);
  expect(object?.resumed).toBe(false);
  expect(faultProxy.requestsFor("CreateMultipartUpload")).toHaveLength(1);
  expect(storedParts(faultProxy).length).toBeGreaterThanOrEqual(3);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  await client.forget();
  expect(await client.storedRecords()).toEqual([]);
});

test("the same file in two tabs is stored twice", async ({ editedRun, faultProxy, folder, openClient, context }) => {
  const run = await editedRun(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "two tabs.mp4", threeParts);
  const [one, two] = [await openClient(run), await openClient(run, { page: await context.newPage() })];
  faultProxy.injectFault("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const upload = await one.upload(file);
  await one.waitForParts(upload, 2);
  const inSecondTab = await two.expectStored(await two.upload(file), file);
  await one.pause(upload);
  await one.resume(upload);
  const inFirstTab = await one.expectStored(upload, file);
  expect(inFirstTab.key).not.toBe(inSecondTab.key);
  expect(await one.storedRecords()).toEqual([]);
  expect((await run.keys()).sort()).toEqual([...before, inFirstTab.key, inSecondTab.key].sort());
});

test("a reload after the response to the last request was lost", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "last response.mp4", threeParts);
  const client = await openClient(run);
  const injected = faultProxy.injectFault("CompleteMultipartUpload", { kind: "lose answer" });
  faultProxy.injectFault("CompleteMultipartUpload", { kind: "hold", until: () => new Promise(() => {}) }, { skip: 1 });
  await client.upload(file);
  await expect.poll(() => faultProxy.requestsFor("CompleteMultipartUpload").length).toBe(2);
  expect(injected.count).toBe(1);
  expect(await run.keys()).toHaveLength(before.length + 1);
  await client.reload();
  const { key } = await client.expectStored(await client.upload(file), file);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
});

test("without Multipart.Resumable, the browser's record says which parts are missing", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(withoutResumable);
  const before = await run.keys();
  const file = await makeFile(folder, "recorded.mp4", threeParts);
  const client = await openClient(run);
  await interruptUpload(client, faultProxy, file);
  await client.reload();
  const { object, key } = await client.expectStored(await client.upload(file), file);
  expect(object?.resumed).toBe(true);
  expect(faultProxy.requestsFor("ListParts")).toHaveLength(0);
  expect(storedParts(faultProxy)).toHaveLength(1);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());

  const cancelled = await makeFile(folder, "cancelled.mp4", threeParts);
  await interruptUpload(client, faultProxy, cancelled);
  await client.abort(1);
  await client.waitForState(1, "aborted");
  expect(await client.storedRecords()).toEqual([]);
  expect(faultProxy.requestsFor("AbortMultipartUpload")).toHaveLength(0);
  expect(await run.keys()).toHaveLength(before.length + 1);
});
