import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { UploadProgress } from "../src/index.ts";
import { apiRefusal, expired, s3Refusal } from "./deployment.ts";
import { bytesOf, clientOf, quick, randomFile, sha256, withDeployment } from "./fixture.ts";

const deployed = withDeployment();
const size = 25_500; // 26 parts, the last one shorter

beforeEach(() => {
  deployed().threshold = 5_000;
  deployed().partSize = 1_000;
});

/** The parts' numbers in the order in which they were sent. */
function sent(): number[] {
  return deployed().seen.flatMap(({ what }) => (what.startsWith("PUT part") ? [Number(what.split(" ")[2])] : []));
}

test("every part arrives once, several at a time, their URLs asked for in batches", async () => {
  deployed().latency = 5;
  const file = randomFile(size);
  const { key, etag, sha256: whole } = await clientOf(deployed(), { connections: 4 }).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.deepEqual([etag, whole], ['"joined"', undefined]);
  assert.deepEqual(sent().sort((a, b) => a - b), Array.from({ length: 26 }, (_, i) => i + 1));
  assert.ok(deployed().most > 1 && deployed().most <= 4, `${deployed().most} at once`);
  const batches = deployed().seen.filter(({ what }) => what === "POST /uploads/parts").map(({ body }) => JSON.parse(body.toString()).parts);
  assert.deepEqual(batches.map(({ length }) => length), [8, 8, 8, 2, 0]);
  assert.equal(batches[0][1].sha256, sha256((await bytesOf(file)).subarray(1_000, 2_000)));
});

test("complete lists the parts in order, with what S3 needs of them", async () => {
  const file = randomFile(6_000);
  await clientOf(deployed()).upload(file).done;
  const complete = deployed().seen.find(({ what }) => what === "POST complete")?.body.toString() ?? "";
  const numbers = [...complete.matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6]);
  const first = (await bytesOf(file)).subarray(0, 1_000);
  assert.ok(complete.includes(`<ChecksumSHA256>${sha256(first)}</ChecksumSHA256>`), complete);
});

test("a threshold below the usual is found out once, and costs a request", async () => {
  const uploads = clientOf(deployed());
  await uploads.upload(randomFile(6_000)).done;
  assert.equal(deployed().count("POST /uploads"), 2);
  await uploads.upload(randomFile(7_000)).done;
  assert.equal(deployed().count("POST /uploads"), 3);
  await uploads.upload(randomFile(4_000)).done;
  assert.equal(deployed().count("PUT object"), 1);
});

test("without checksums parts go without", async () => {
  const file = randomFile(size);
  const { key } = await clientOf(deployed(), { checksum: false }).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  const asked = deployed().seen.map(({ what, body }) => (what === "POST /uploads" ? JSON.parse(body.toString()).partChecksums : undefined));
  assert.ok(!asked.includes(true));
  assert.ok(!deployed().seen.at(-1)?.body.includes("ChecksumSHA256"));
});

test("a part that fails is sent again alone", async () => {
  deployed().fault = (what, nth) => (what === "PUT part 7" && nth < 3 ? "cut" : undefined);
  const file = randomFile(size);
  const { key } = await clientOf(deployed()).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("PUT part 7"), 3);
  assert.equal(deployed().count(/^PUT part/), 28);
});

test("a part whose URL ran out is signed again alone, once", async () => {
  deployed().fault = (what, nth) => (what === "PUT part 3" && nth === 1 ? expired : undefined);
  await clientOf(deployed()).upload(randomFile(size)).done;
  const alone = deployed().seen.filter(({ what, body }) => what === "POST /uploads/parts" && JSON.parse(body.toString()).parts.length === 1);
  assert.deepEqual(alone.map(({ body }) => JSON.parse(body.toString()).parts[0].partNumber), [3]);

  deployed().fault = (what) => (what === "PUT part 3" ? expired : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { code: "AccessDenied" });
});

test("the first part that fails for good stops the others", async () => {
  deployed().fault = (what) => (what === "PUT part 2" ? s3Refusal(403, "AccessDenied", "explicit deny") : undefined);
  await assert.rejects(clientOf(deployed(), { connections: 2 }).upload(randomFile(size)).done, { code: "AccessDenied" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(sent().length < 10, `${sent().length} parts were sent: something goes on in secret`);
});

test("an error that complete ends its 200 with is tried again", async () => {
  const late = { status: 200, body: "<Error><Code>InternalError</Code><Message>late</Message></Error>" };
  deployed().fault = (what, nth) => (what === "POST complete" && nth === 1 ? late : undefined);
  const { etag } = await clientOf(deployed()).upload(randomFile(size)).done;
  assert.equal(etag, '"joined"');
  assert.equal(deployed().count("POST complete"), 2);
});

test("complete whose answer was lost has worked", async () => {
  deployed().fault = (what, nth) => (what === "POST complete" && nth === 1 ? "lost" : undefined);
  const file = randomFile(size);
  const { key } = await clientOf(deployed()).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("POST complete"), 2);
  assert.equal(deployed().objects.size, 1);
});

test("an upload that S3 has forgotten is begun anew, once", async () => {
  deployed().fault = (what, nth) => {
    if (what === "PUT part 9" && nth === 1) deployed().uploads.clear();
    return undefined;
  };
  const file = randomFile(size);
  const { key } = await clientOf(deployed()).upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 2);

  deployed().fault = (what) => (what === "PUT part 9" ? s3Refusal(404, "NoSuchUpload") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { name: "S3Error", code: "NoSuchUpload" });
  assert.equal(deployed().count("POST create"), 4);
});

test("pause keeps what S3 has, and resume sends the rest", async () => {
  const file = randomFile(size);
  let isFirst = true;
  const onProgress = ({ partsDone }: UploadProgress) => {
    if (partsDone < 5 || !isFirst) return;
    isFirst = false;
    upload.pause();
  };
  const upload = clientOf(deployed(), { connections: 2 }).upload(file, { onProgress });
  while (upload.state !== "paused") await new Promise((resolve) => setTimeout(resolve, 5));
  const before = sent().length;
  upload.resume();
  const { key, resumed } = await upload.done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 1);
  assert.equal(resumed, false);
  assert.ok(before < 12 && sent().length <= 26 + 2, `${before} before, ${sent().length} in all`);
});

test("abort ends the upload at S3 where that is granted, and elsewhere leaves it to S3", async () => {
  for (const resumable of [true, false]) {
    deployed().resumable = resumable;
    const upload = clientOf(deployed(), { connections: 2 }).upload(randomFile(size), {
      onProgress: ({ partsDone }) => partsDone === 3 && upload.abort(),
    });
    await assert.rejects(upload.done, { name: "AbortError" });
    for (let i = 0; i < 100 && resumable && deployed().uploads.size > 0; i++) await new Promise((r) => setTimeout(r, 10));
    assert.equal(deployed().uploads.size, resumable ? 0 : 1);
    assert.equal(deployed().count("DELETE upload"), 1);
  }
  assert.equal(deployed().objects.size, 0);
});

test("progress never goes back and ends at the whole, whatever has to be sent again", async () => {
  deployed().fault = (what, nth) => (/^PUT part/.test(what) && nth === 1 ? "cut" : undefined);
  const seen: UploadProgress[] = [];
  const upload = clientOf(deployed()).upload(randomFile(size), { onProgress: (progress) => seen.push(progress) });
  await upload.done;
  seen.reduce((last, next) => {
    assert.ok(next.sent >= last.sent && next.partsDone >= last.partsDone, JSON.stringify([last, next]));
    return next;
  });
  assert.deepEqual(seen.at(-1), { sent: size, total: size, reused: 0, partsDone: 26, partsTotal: 26 });
  assert.deepEqual(upload.progress, seen.at(-1));
});

test("an API that stays down before the last request is asked as often as the limit says", async () => {
  const asks = () => deployed().count("POST /uploads/parts");
  let before = 0;
  deployed().fault = (what) => {
    if (what !== "POST /uploads/parts" || deployed().count(/^PUT part/) < 26) return undefined;
    before ||= asks() - 1;
    return apiRefusal(503, "Internal");
  };
  await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { name: "ApiError", status: 503 });
  assert.equal(asks() - before, 1 + quick.limit);
});

test("a refusal of parts comes out as the API's", async () => {
  deployed().fault = (what) => (what === "POST /uploads/parts" ? apiRefusal(400, "InvalidPart") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { name: "ApiError", code: "InvalidPart" });
  assert.equal(deployed().count("POST /uploads/parts"), 1);
  assert.ok(quick.limit > 0);
});
