// Uploads in parts that a reload of the page interrupts.
import { utimes, stat, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { expect } from "@playwright/test";
import type { ClientPage } from "./client_page";
import { type LocalFile, makeFile, notResumable, partsSent, smallThreshold, test } from "./client_fixtures";
import type { FaultProxy } from "../fault_proxy/fault_proxy";
import { sha256 } from "../local_run/local_run";

const threeParts = (33 << 20) + 1; // bytes: two of 16 MiB, and what is left

/** Uploads until S3 has two parts, and no more comes through. */
async function interrupted(client: ClientPage, line: FaultProxy, file: LocalFile): Promise<void> {
  const trap = line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const i = await client.upload(file);
  await client.hasParts(i, 2);
  await expect.poll(() => trap.caught).toBe(1);
  const remembered = (await client.remembered()).join("\n");
  expect(remembered).toMatch(/^signpost:/);
  expect(remembered, "neither a URL nor a token is kept").not.toMatch(/X-Amz|eyJ|\?/i);
  trap.remove();
  await client.checkFaults();
  line.exchanges = [];
}

test("the same file goes on after a reload: only what is missing is sent", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "again.mp4", threeParts);
  const client = await open(run);
  await interrupted(client, line, file);
  await client.reload();
  const { object, key } = await client.stores(await client.upload(file), file);
  expect(object?.resumed).toBe(true);
  expect(line.of("ListParts")).toHaveLength(1);
  expect(partsSent(line)).toHaveLength(1);
  expect(line.of("CreateMultipartUpload")).toHaveLength(0);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(await run.unfinished()).toEqual([]);
  expect(await client.remembered()).toEqual([]);
});

/** Another file of the same name in its place. */
async function change(file: LocalFile, keepsTime: boolean): Promise<LocalFile> {
  const { atime, mtime } = await stat(file.path);
  const bytes = randomBytes(file.size);
  await writeFile(file.path, bytes);
  await utimes(file.path, atime, keepsTime ? mtime : new Date(mtime.getTime() + 60_000));
  return { ...file, sha256: sha256(bytes) };
}

for (const keepsTime of [false, true]) {
  const words = keepsTime ? "even of the same time" : "of the same size";
  test(`another file of the same name, ${words}, starts afresh`, async ({ variant, line, folder, open }) => {
    const run = await variant(smallThreshold);
    const before = await run.keys();
    const file = await makeFile(folder, "changed.mp4", threeParts);
    const client = await open(run);
    await interrupted(client, line, file);
    const other = await change(file, keepsTime);
    await client.reload();
    const { object, key } = await client.stores(await client.upload(other), other);
    expect(object?.resumed).toBe(false);
    expect(line.of("CreateMultipartUpload")).toHaveLength(1);
    expect(partsSent(line).length).toBeGreaterThanOrEqual(3);
    expect((await run.keys()).sort()).toEqual([...before, key].sort());
    await client.forget();
    expect(await client.remembered()).toEqual([]);
  });
}

test("what one user has begun, another doesn't go on with", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const file = await makeFile(folder, "shared machine.mp4", threeParts);
  const first = await open(run);
  await interrupted(first, line, file);
  const second = await open(run, { user: "second" });
  const { object, key } = await second.stores(await second.upload(file), file);
  expect(object?.resumed).toBe(false);
  expect(partsSent(line)).toEqual([1, 2, 3]);
  const third = await open(run);
  const mine = await third.stores(await third.upload(file), file);
  expect(ownerOf(mine.key), "each file lies with its own user").not.toBe(ownerOf(key));
});

function ownerOf(key: string): string | undefined {
  return key.split("/")[1];
}

test("the same file in two tabs is stored whole, for each", async ({ variant, line, folder, open, context }) => {
  const run = await variant(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "two tabs.mp4", threeParts);
  const [one, two] = [await open(run), await open(run, { page: await context.newPage() })];
  line.catch("UploadPart", { kind: "stall", after: 1 << 20 }, { skip: 2 });
  const i = await one.upload(file);
  await one.hasParts(i, 2);
  const there = await two.stores(await two.upload(file), file);
  await one.pause(i);
  await one.resume(i);
  const here = await one.stores(i, file);
  expect(here.key).not.toBe(there.key);
  expect(await one.remembered()).toEqual([]);
  expect((await run.keys()).sort()).toEqual([...before, here.key, there.key].sort());
});

test("the answer to the last request is lost, and the page with it", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const before = await run.keys();
  const file = await makeFile(folder, "last words.mp4", threeParts);
  const client = await open(run);
  const trap = line.catch("CompleteMultipartUpload", { kind: "lose answer" });
  line.catch("CompleteMultipartUpload", { kind: "hold", until: () => new Promise(() => {}) }, { skip: 1 });
  await client.upload(file);
  await expect.poll(() => line.of("CompleteMultipartUpload").length).toBe(2);
  expect(trap.caught).toBe(1);
  expect(await run.keys()).toHaveLength(before.length + 1);
  await client.reload();
  const { key } = await client.stores(await client.upload(file), file);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
});

test("without ResumableUploads the browser's own record decides", async ({ variant, line, folder, open }) => {
  const run = await variant(notResumable);
  const before = await run.keys();
  const file = await makeFile(folder, "recorded.mp4", threeParts);
  const client = await open(run);
  await interrupted(client, line, file);
  await client.reload();
  const { object, key } = await client.stores(await client.upload(file), file);
  expect(object?.resumed).toBe(true);
  expect(line.of("ListParts")).toHaveLength(0);
  expect(partsSent(line)).toHaveLength(1);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());

  const cancelled = await makeFile(folder, "cancelled.mp4", threeParts);
  await interrupted(client, line, cancelled);
  await client.abort(1);
  await client.reaches(1, "aborted");
  expect(await client.remembered()).toEqual([]);
  expect(line.of("AbortMultipartUpload")).toHaveLength(0);
  expect(await run.keys()).toHaveLength(before.length + 1);
});
