// Files that are sent in one piece.
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import { makeFile, test } from "./client_fixtures";
import { sha256 } from "../local_run/local_run";

test("a small file, an empty file and a file with a non-ASCII name are stored", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  for (const [name, size] of [
    ["small.txt", 12_345],
    ["empty.txt", 0],
    ["Übung 20 % – 写真 🏔.png", 999],
  ] as const) {
    faultProxy.exchanges = [];
    const before = await run.keys();
    const file = await makeFile(folder, name, size);
    const { key, object, states } = await client.expectStored(await client.upload(file), file);
    expect(object?.sha256).toBe(file.sha256);
    expect(object?.resumed).toBe(false);
    expect(states).toEqual(["planning", "uploading", ...(size > 0 ? ["finishing"] : []), "stored"]);
    expect(faultProxy.requestsFor("PutObject").map(({ status, bytes }) => [status, bytes])).toEqual([[200, size]]);
    expect((await run.keys()).sort()).toEqual([...before, key].sort());
  }
});

test("many files are stored, with six requests to S3 at a time", async ({ run, faultProxy, folder, openClient }) => {
  const before = new Set(await run.keys());
  const files = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const [name, bytes] = [`${i}.txt`, Buffer.from(randomUUID())];
      await writeFile(join(folder, name), bytes);
      return { path: join(folder, name), name, size: bytes.length, sha256: sha256(bytes) };
    }),
  );
  const client = await openClient(run);
  faultProxy.injectFault("PutObject", { kind: "hold", until: () => sleep(100) }, { times: 20 }); // so that they overlap
  await client.upload(...files);
  for (const [i, file] of files.entries()) before.add((await client.expectStored(i, file)).key);
  expect((await run.keys()).sort()).toEqual([...before].sort());
  expect(faultProxy.maxConcurrent(new URL(run.outputs.Local.S3Endpoint).origin)).toBe(6);
});
