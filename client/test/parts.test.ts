import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { UploadProgress } from "../src/index.ts";
import { apiRefusal, expired, s3Refusal } from "./deployment.ts";
import { bytesOf, clientOf, inParts, quick, randomFile, sha256, size26, withDeployment } from "./fixture.ts";

const deployed = withDeployment(inParts);

/** The numbers of the parts, in the order in which they were sent. */
function sent(): number[] {
  return deployed().seen.flatMap(({ what }) => (what.startsWith("PUT part") ? [Number(what.split(" ")[2])] : []));
}

/** The parts that the API was asked to sign, by request. */
function batches(): { partNumber: number; sha256?: string }[][] {
  const calls = deployed().seen.filter(({ what }) => what === "POST /uploads/parts");
  return calls.map(({ body }) => JSON.parse(body.toString()).parts);
}

test("every part is sent once, several at a time, and signed in batches", async () => {
  deployed().latency = 5;
  const file = randomFile(size26);
  const { key, etag, sha256: whole } = await clientOf(deployed(), { connections: 4 }).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.deepEqual([etag, whole], ['"joined"', undefined]);
  assert.deepEqual(sent().sort((a, b) => a - b), Array.from({ length: 26 }, (_, i) => i + 1));
  assert.ok(deployed().most > 1 && deployed().most <= 4, `${deployed().most} at once`);
  assert.deepEqual(batches().map(({ length }) => length), [4, 4, 4, 4, 4, 4, 2, 0]);
  assert.equal(batches()[0]?.[1]?.sha256, sha256((await bytesOf(file)).subarray(1_000, 2_000)));
});

test("the hashes of the first parts are begun before the multipart upload is created, each once", async () => {
  const MiB = 2 ** 20;
  Object.assign(deployed(), { partSize: 5 * MiB });
  const hashed: Blob[] = [];
  const checksum = async (piece: Blob) => {
    hashed.push(piece);
    return sha256(await bytesOf(piece));
  };
  let begun: number[] = [];
  deployed().fault = (what) => {
    if (what === "POST create") begun = hashed.map(({ size }) => size);
    return undefined;
  };
  const file = randomFile(11 * MiB);
  const { key } = await clientOf(deployed(), { checksum, connections: 2 }).upload(file).done;
  assert.deepEqual(begun, [5 * MiB, 5 * MiB]);
  assert.deepEqual(hashed.map(({ size }) => size), [5 * MiB, 5 * MiB, MiB]);
  assert.deepEqual(batches()[0]?.[1]?.sha256, sha256((await bytesOf(file)).subarray(5 * MiB, 10 * MiB)));
  assert.ok(deployed().objects.has(key));
});

test("four pieces are hashed at once, however many files are uploaded", async (t) => {
  let [now, most] = [0, 0];
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  t.mock.method(crypto.subtle, "digest", async (name: string, bytes: ArrayBuffer) => {
    most = Math.max(most, ++now);
    await sleep(1);
    now--;
    return digest(name, bytes);
  });
  const uploads = clientOf(deployed(), { connections: 6 });
  await Promise.all([1, 2, 3].map(() => uploads.upload(randomFile(size26)).done));
  assert.equal(most, 4);
});

test("complete lists the parts in order, with their SHA-256", async () => {
  const file = randomFile(6_000);
  await clientOf(deployed()).upload(file).done;
  const complete = deployed().seen.find(({ what }) => what === "POST complete")?.body.toString() ?? "";
  const numbers = [...complete.matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6]);
  const first = (await bytesOf(file)).subarray(0, 1_000);
  assert.ok(complete.includes(`<ChecksumSHA256>${sha256(first)}</ChecksumSHA256>`), complete);
});

test("parts are sent without checksums if the option is false", async () => {
  const file = randomFile(size26);
  const { key } = await clientOf(deployed(), { checksum: false }).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  const asked = deployed().seen.map(({ what, body }) => (what === "POST /uploads" ? JSON.parse(body.toString()).partChecksums : undefined));
  assert.ok(!asked.includes(true));
  assert.ok(!deployed().seen.at(-1)?.body.includes("ChecksumSHA256"));
});

test("only the part that failed is sent again", async () => {
  deployed().fault = (what, count) => (what === "PUT part 7" && count < 3 ? "cut" : undefined);
  const file = randomFile(size26);
  const { key } = await clientOf(deployed()).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("PUT part 7"), 3);
  assert.equal(deployed().count(/^PUT part/), 28);
});

test("a plan that has expired before the multipart upload is created is made again", async () => {
  deployed().fault = (what, count) => (what === "POST create" && count === 1 ? expired : undefined);
  const file = randomFile(size26);
  const { key } = await clientOf(deployed()).upload(file).done;
  assert.deepEqual([...deployed().objects], [[key, await bytesOf(file)]]);
  assert.equal(deployed().count("POST /uploads"), 2);
});

test("only the part whose URL has expired is signed again, once", async () => {
  deployed().fault = (what, count) => (what === "PUT part 3" && count === 1 ? expired : undefined);
  await clientOf(deployed()).upload(randomFile(size26)).done;
  const signed = batches().flatMap((parts) => parts.map(({ partNumber }) => partNumber));
  assert.deepEqual(signed.sort((a, b) => a - b), [1, 2, 3, 3, ...Array.from({ length: 23 }, (_, i) => i + 4)]);

  deployed().fault = (what) => (what === "PUT part 3" ? expired : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { code: "AccessDenied" });
});

test("the first part that is refused stops the others", async () => {
  deployed().fault = (what) => (what === "PUT part 2" ? s3Refusal(403, "AccessDenied", "explicit deny") : undefined);
  await assert.rejects(clientOf(deployed(), { connections: 2 }).upload(randomFile(size26)).done, { code: "AccessDenied" });
  await sleep(100);
  assert.ok(sent().length < 10, `${sent().length} parts were sent`);
});

test("an upload that is gone from S3 starts over, once", async () => {
  deployed().fault = (what, count) => {
    if (what === "PUT part 9" && count === 1) deployed().uploads.clear();
    return undefined;
  };
  const file = randomFile(size26);
  const { key } = await clientOf(deployed()).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 2);

  deployed().fault = (what) => (what === "PUT part 9" ? s3Refusal(404, "NoSuchUpload") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { name: "S3Error", code: "NoSuchUpload" });
  assert.equal(deployed().count("POST create"), 4);
});

for (const [title, partSize] of [["into more parts", 900], ["into fewer parts", 2_000]] as const) {
  test(`an upload starts over, once, if the API has begun to split files ${title}`, async () => {
    const file = randomFile(size26);
    const change = (what: string, count: number) => {
      if (what === "POST /uploads/parts" && count === 3) deployed().partSize = partSize;
      return undefined;
    };
    deployed().fault = change;
    const { key } = await clientOf(deployed()).upload(file).done;
    assert.deepEqual([...deployed().objects], [[key, await bytesOf(file)]]);
    assert.deepEqual([deployed().count("POST create"), deployed().uploads.size], [2, 0]);
  });
}

test("pause keeps the stored parts, and resume sends the others", async () => {
  const file = randomFile(size26);
  let isFirst = true;
  const onProgress = ({ partsDone }: UploadProgress) => {
    if (partsDone < 5 || !isFirst) return;
    isFirst = false;
    upload.pause();
  };
  const upload = clientOf(deployed(), { connections: 2 }).upload(file, { onProgress });
  while (upload.state !== "paused") await sleep(5);
  const before = sent().length;
  upload.resume();
  const { key, resumed } = await upload.done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 1);
  assert.equal(resumed, false);
  assert.ok(before < 12 && sent().length <= 26 + 2, `${before} before, ${sent().length} in all`);
});

test("abort deletes the parts if the deployment grants that", async () => {
  for (const resumable of [true, false]) {
    deployed().resumable = resumable;
    const upload = clientOf(deployed(), { connections: 2 }).upload(randomFile(size26), {
      onProgress: ({ partsDone }) => partsDone === 3 && upload.abort(),
    });
    await assert.rejects(upload.done, { name: "AbortError" });
    for (let i = 0; i < 100 && resumable && deployed().uploads.size > 0; i++) await sleep(10);
    assert.equal(deployed().uploads.size, resumable ? 0 : 1);
    assert.equal(deployed().count("DELETE upload"), 1);
  }
  assert.equal(deployed().objects.size, 0);
});

test("progress never decreases, and ends at the total, even if bytes are sent again", async () => {
  deployed().fault = (what, count) => (/^PUT part/.test(what) && count === 1 ? "cut" : undefined);
  const seen: UploadProgress[] = [];
  const upload = clientOf(deployed()).upload(randomFile(size26), { onProgress: (progress) => seen.push(progress) });
  await upload.done;
  seen.reduce((last, next) => {
    assert.ok(next.sent >= last.sent && next.partsDone >= last.partsDone, JSON.stringify([last, next]));
    return next;
  });
  assert.deepEqual(seen.at(-1), { sent: size26, total: size26, reused: 0, partsDone: 26, partsTotal: 26 });
  assert.deepEqual(upload.progress, seen.at(-1));
});

test("an API that is down before the last request is tried as often as the limit allows", async () => {
  const asks = () => deployed().count("POST /uploads/parts");
  let before = 0;
  deployed().fault = (what) => {
    if (what !== "POST /uploads/parts" || deployed().count(/^PUT part/) < 26) return undefined;
    before ||= asks() - 1;
    return apiRefusal(503, "Internal");
  };
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { name: "ApiError", status: 503 });
  assert.equal(asks() - before, 1 + quick.limit);
});

test("a refusal to sign parts is an ApiError", async () => {
  deployed().fault = (what) => (what === "POST /uploads/parts" ? apiRefusal(400, "InvalidRequest") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { name: "ApiError", code: "InvalidRequest" });
  assert.equal(deployed().count("POST /uploads/parts"), 1);
});

test("an answer with fewer signed parts than were asked for is an error: no part is left out", async () => {
  const complete = { method: "POST", url: deployed().apiUrl, headers: {} };
  const fewer = { status: 200, body: { parts: [], complete, expiresIn: 600 } };
  deployed().fault = (what) => (what === "POST /uploads/parts" ? fewer : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { name: "SignpostError", code: "BadAnswer" });
});
