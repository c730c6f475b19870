import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { S3Error, SignpostError } from "../src/index.ts";
import { expired, s3Refusal } from "./deployment.ts";
import { bytesOf, clientOf, quick, randomFile, sha256, withDeployment } from "./fixture.ts";

const deployed = withDeployment();

test("the file is stored, sent with the signed headers as they are", async () => {
  for (const size of [0, 1, 70_000]) {
    const file = randomFile(size);
    const stored = await clientOf(deployed()).upload(file, { metadata: { album: "2026" } }).done;
    const bytes = await bytesOf(file);
    assert.deepEqual(deployed().objects.get(stored.key), bytes);
    assert.equal(stored.sha256, sha256(bytes));
    assert.equal(stored.etag, '"whole"');
    const put = deployed().seen.at(-1);
    assert.equal(put?.headers["if-none-match"], "*");
    assert.equal(put?.headers["content-type"], "video/mp4");
    assert.equal(put?.headers["content-length"], String(size));
    const planned = JSON.parse(deployed().seen.at(-2)?.body.toString() ?? "");
    assert.deepEqual(planned.metadata, { album: "2026" });
    assert.equal(planned.sha256, sha256(bytes));
  }
});

test("the type is the browser's, even if it is empty", async () => {
  for (const type of ["", "application/vnd.ms-excel"]) {
    await clientOf(deployed()).upload(new File(["a,b"], "table.csv", { type })).done;
    assert.equal(JSON.parse(deployed().seen.at(-2)?.body.toString() ?? "").contentType, type);
  }
});

test("the upload knows the type that the API has signed, which S3 stores", async () => {
  deployed().storedType = "text/csv";
  const upload = clientOf(deployed()).upload(new File(["a,b"], "table.csv", { type: "application/vnd.ms-excel" }));
  assert.equal(upload.contentType, undefined, "not planned yet");
  assert.equal((await upload.done).contentType, "text/csv");
  assert.equal(upload.contentType, "text/csv");
  assert.equal(deployed().seen.at(-1)?.headers["content-type"], "text/csv");
});

test("checksums may be turned off, or computed by the caller", async () => {
  await clientOf(deployed(), { checksum: false }).upload(randomFile(5)).done;
  assert.equal(JSON.parse(deployed().seen.at(-2)?.body.toString() ?? "").sha256, undefined);
  const { sha256: own } = await clientOf(deployed(), { checksum: async () => "own" }).upload(randomFile(5)).done;
  assert.equal(own, "own");
});

test("a connection that always breaks is a NetworkError", async () => {
  deployed().fault = (what) => (what === "PUT object" ? "cut" : undefined);
  const upload = clientOf(deployed()).upload(randomFile(100));
  await assert.rejects(upload.done, { name: "NetworkError", code: "NetworkError", method: "PUT" });
  assert.equal(upload.state, "failed");
  assert.equal(deployed().count("PUT object"), 1 + quick.limit);
});

for (const [code, refusal, isExpired] of [
  ["AccessDenied", expired, true],
  ["ExpiredToken", s3Refusal(400, "ExpiredToken"), true],
  ["BadDigest", s3Refusal(400, "BadDigest"), false],
] as const) {
  test(`${code}: signed again, once`, async () => {
    deployed().fault = (what, count) => (what === "PUT object" && count === 1 ? refusal : undefined);
    const { key } = await clientOf(deployed()).upload(randomFile(10)).done;
    assert.equal(deployed().count("POST /uploads"), 2);
    assert.deepEqual([...deployed().objects.keys()], [key], "the key is that of the URL that worked");

    deployed().fault = (what) => (what === "PUT object" ? refusal : undefined);
    await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, { name: "S3Error", code, isExpired });
    assert.equal(deployed().count("POST /uploads"), 4);
  });
}

test("a refusal is not an expired URL because the object's key says expired", async () => {
  const denied = s3Refusal(403, "AccessDenied", "not authorized to perform s3:PutObject on uploads/me/1/expired.png");
  deployed().fault = (what) => (what === "PUT object" ? denied : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, { code: "AccessDenied", isExpired: false });
  assert.equal(deployed().count("POST /uploads"), 1);
});

test("a URL that has expired during a pause isn't used", async () => {
  deployed().expiresIn = 1;
  deployed().latency = 200;
  const upload = clientOf(deployed()).upload(randomFile(10));
  while (upload.state !== "uploading") await sleep(1);
  upload.pause();
  await sleep(1000);
  assert.equal(upload.state, "paused");
  deployed().expiresIn = 600;
  upload.resume();
  await upload.done;
  assert.equal(deployed().count("POST /uploads"), 2);
  const urls = deployed().seen.filter(({ what }) => what === "PUT object").map(({ url }) => url.pathname);
  assert.equal(urls.at(-1), `/${upload.key}`);
  assert.ok(urls.length <= 2);
});

test("S3's other refusals come out with its code and request id, and no query", async () => {
  deployed().fault = (what) => (what === "PUT object" ? s3Refusal(403, "SignatureDoesNotMatch", "wrong") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, (error: S3Error) => {
    assert.ok(error instanceof S3Error && error instanceof SignpostError);
    const { code, status, requestId, method, retryable } = error;
    assert.deepEqual({ code, status, requestId, method, retryable }, {
      code: "SignatureDoesNotMatch",
      status: 403,
      requestId: "R1",
      method: "PUT",
      retryable: false,
    });
    assert.match(error.url ?? "", /\/uploads\/me\//);
    assert.doesNotMatch(JSON.stringify(error) + error.stack + String(error), /X-Amz|secret/);
    return true;
  });
  assert.equal(deployed().count("PUT object"), 1);
});

test("no more than `connections` requests to S3 at once, over all uploads", async () => {
  deployed().latency = 5;
  const uploads = clientOf(deployed(), { connections: 3 });
  const files = Array.from({ length: 40 }, (_, i) => randomFile(1000 + i, `${i}.bin`));
  await Promise.all(files.map((file) => uploads.upload(file).done));
  assert.equal(deployed().objects.size, 40);
  assert.ok(deployed().most <= 3, `${deployed().most} at once`);
  assert.ok(deployed().most > 1, "not one after the other");
});

test("an aborted upload stores nothing, rejects, and frees its place", async () => {
  const uploads = clientOf(deployed(), { connections: 1 });
  const abort = new AbortController();
  const [first, second, third] = [1, 2, 3].map((n) => uploads.upload(randomFile(n), { signal: abort.signal }));
  second?.abort();
  await assert.rejects(second!.done, { name: "AbortError" });
  assert.equal(second?.state, "aborted");
  abort.abort(new Error("enough"));
  await assert.rejects(first!.done, /enough/);
  await assert.rejects(third!.done, /enough/);
  await uploads.upload(randomFile(4)).done;
  assert.equal(deployed().objects.size, 1);
});

test("a file that is aborted again and again frees its place each time", async () => {
  deployed().latency = 5;
  const uploads = clientOf(deployed(), { connections: 2 });
  const file = randomFile(1000);
  for (let i = 0; i < 20; i++) {
    const upload = uploads.upload(file);
    await sleep(i % 4);
    upload.abort();
    await assert.rejects(upload.done, { name: "AbortError" });
  }
  const { key } = await uploads.upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
});

test("pause stops an upload, resume continues it", async () => {
  const states: string[] = [];
  const uploads = clientOf(deployed());
  const upload = uploads.upload(randomFile(50), { onState: (state) => states.push(state) });
  upload.pause();
  await uploads.upload(randomFile(10)).done;
  assert.equal(upload.state, "paused");
  assert.equal(deployed().objects.size, 1);
  upload.resume();
  await upload.done;
  assert.equal(deployed().objects.size, 2);
  assert.ok(states.indexOf("paused") < states.indexOf("uploading"), states.join());
  assert.equal(states.at(-1), "stored");
});

test("an error in a callback doesn't end the upload", async (t) => {
  const thrown: unknown[] = [];
  t.mock.method(globalThis, "queueMicrotask", (work: () => void) =>
    Promise.resolve().then(work).catch((error) => thrown.push(error)),
  );
  const onState = () => {
    throw new Error("the page's own");
  };
  await clientOf(deployed()).upload(randomFile(10), { onState }).done;
  assert.ok(thrown.length > 0);
});
