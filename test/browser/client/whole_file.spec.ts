// Files that go in one piece, on a line that works.
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import { makeFile, test } from "./client_fixtures";
import { sha256 } from "../local_run/local_run";

test("a small file, an empty one and one of a name that is not ASCII are stored", async ({ run, line, folder, open }) => {
  const client = await open(run);
  for (const [name, size] of [
    ["small.txt", 12_345],
    ["empty.txt", 0],
    ["Übung 20 % – 写真 🏔.png", 999],
  ] as const) {
    line.exchanges = [];
    const before = await run.keys();
    const file = await makeFile(folder, name, size);
    const { key, object, states } = await client.stores(await client.upload(file), file);
    expect(object?.sha256).toBe(file.sha256);
    expect(object?.resumed).toBe(false);
    expect(states).toEqual(["planning", "uploading", ...(size > 0 ? ["finishing"] : []), "stored"]);
    expect(line.of("PutObject").map(({ status, bytes }) => [status, bytes])).toEqual([[200, size]]);
    expect((await run.keys()).sort()).toEqual([...before, key].sort());
  }
});

test("200 small files at once are all stored, five requests to S3 at a time", async ({ run, line, folder, open }) => {
  const before = new Set(await run.keys());
  const files = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const [name, bytes] = [`${i}.txt`, Buffer.from(randomUUID())];
      await writeFile(join(folder, name), bytes);
      return { path: join(folder, name), name, size: bytes.length, sha256: sha256(bytes) };
    }),
  );
  const client = await open(run);
  line.catch("PutObject", { kind: "hold", until: () => sleep(100) }, { times: 20 }); // so that they meet
  await client.upload(...files);
  for (const [i, file] of files.entries()) before.add((await client.stores(i, file)).key);
  expect((await run.keys()).sort()).toEqual([...before].sort());
  expect(line.mostAtOnce(new URL(run.outputs.Local.S3Endpoint).origin)).toBe(5);
});

test("pause stops a file, resume sends it, once", async ({ run, line, folder, open }) => {
  const before = await run.keys();
  const file = await makeFile(folder, "paused.mp4", 8 << 20);
  const client = await open(run);
  const held = line.catch("PutObject", { kind: "stall", after: 1 << 20 });
  const i = await client.upload(file);
  await client.until(i, ({ progress }) => held.caught === 1 && progress.sent > 0, "bytes under way");
  await client.pause(i);
  expect((await client.seen(i)).state).toBe("paused");
  expect(await run.keys()).toEqual(before);
  await client.resume(i);
  const { key } = await client.stores(i, file);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
});

test("a file that is cancelled is not stored, and the next one is", async ({ run, line, folder, open }) => {
  const before = await run.keys();
  const [file, next] = [await makeFile(folder, "cancelled.mp4", 8 << 20), await makeFile(folder, "next.txt", 3)];
  const client = await open(run);
  const held = line.catch("PutObject", { kind: "stall", after: 1 << 20 });
  const i = await client.upload(file);
  await client.until(i, ({ progress }) => held.caught === 1 && progress.sent > 0, "bytes under way");
  await client.abort(i);
  expect((await client.reaches(i, "aborted")).error?.name).toBe("AbortError");
  const { key } = await client.stores(await client.upload(next), next);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
});
