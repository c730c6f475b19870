// What S3 has after each request that went wrong, before and after S3 acted: the file whole, and once. The rule is in
// src/s3/outcome.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "./deployment.ts";
import { s3Refusal } from "./deployment.ts";
import { bytesOf, clientOf, MemoryStorage, quick, randomFile, withDeployment } from "./fixture.ts";

const deployed = withDeployment();
const size = 25_500; // 26 parts

const acted = (fault: Exclude<Fault, string>): Fault => ({ ...fault, acts: true });
const refusal = (status: number, code: string) => s3Refusal(status, code) as Exclude<Fault, string>;
const blocked = { status: 200, headers: { "Content-Type": "text/html" }, body: "<html>Sign in to the network</html>" };
const empty = { status: 200, body: "" };
const lateError = { status: 200, body: "<Error><Code>InternalError</Code><Message>late</Message></Error>" };

const faults: [what: string, fault: Fault][] = [
  ["the line is cut before S3 acts", "cut"],
  ["the answer is lost", "lost"],
  ["503 before S3 acts", refusal(503, "SlowDown")],
  ["503 after S3 has acted", acted(refusal(503, "SlowDown"))],
  ["500 before S3 acts", refusal(500, "InternalError")],
  ["500 after S3 has acted", acted(refusal(500, "InternalError"))],
  ["200 that ends with an error", lateError],
  ["200 that ends with an error, after S3 has acted", acted(lateError)],
  ["409 before S3 acts", refusal(409, "ConditionalRequestConflict")],
  ["409 after S3 has acted", acted(refusal(409, "ConditionalRequestConflict"))],
  ["something on the way says 200 in S3's place", blocked],
  ["something on the way says 200, after S3 has acted", acted(blocked)],
  ["200 with nothing in it", empty],
];

for (const what of ["PUT object", "POST create", "PUT part 9", "PUT part 26", "POST complete"]) {
  for (const [said, fault] of faults) {
    test(`${what}: ${said}: stored, whole and once`, async () => {
      Object.assign(deployed(), what === "PUT object" ? {} : { threshold: 5_000, partSize: 1_000 });
      deployed().fault = (seen, nth) => (seen === what && nth <= 2 ? fault : undefined);
      const file = randomFile(size);
      const { key } = await clientOf(deployed()).upload(file).done;
      assert.deepEqual([...deployed().objects.keys()], [key]);
      assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
      assert.ok(deployed().count(what) > 1);
    });
  }
}

for (const what of ["PUT object", "POST create", "PUT part 9", "POST complete"]) {
  for (const fault of [blocked, empty]) {
    test(`${what}: never S3's word, only ${JSON.stringify(fault.body)}: not stored`, async () => {
      Object.assign(deployed(), what === "PUT object" ? {} : { threshold: 5_000, partSize: 1_000 });
      deployed().fault = (seen) => (seen === what ? fault : undefined);
      await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { name: "NetworkError" });
      assert.equal(deployed().objects.size, 0);
    });
  }
}

test("412 to the very first PUT: the browser's own try came first", async () => {
  deployed().fault = (what, nth) => {
    return what === "PUT object" && nth === 1 ? acted(refusal(412, "PreconditionFailed")) : undefined;
  };
  const { key, etag } = await clientOf(deployed()).upload(randomFile(size)).done;
  assert.deepEqual([...deployed().objects.keys()], [key]);
  assert.equal(etag, undefined);
});

test("412 that is not S3's, and 412 to what is signed without If-None-Match, are refusals", async () => {
  deployed().fault = (what) => (what === "PUT object" ? { status: 412, body: "proxy" } : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { code: "HTTP 412" });
  Object.assign(deployed(), { threshold: 5_000, partSize: 1_000 });
  deployed().fault = (what) => (what === "PUT part 3" ? refusal(412, "PreconditionFailed") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { code: "PreconditionFailed" });
  assert.equal(deployed().objects.size, 0);
});

for (const repeated of [undefined, refusal(412, "PreconditionFailed")]) {
  test(`complete's answer is lost, and a repeated one is ${repeated ? "412" : "the same 200"}: stored`, async () => {
    Object.assign(deployed(), { threshold: 5_000, partSize: 1_000 });
    deployed().fault = (what, nth) => (what !== "POST complete" ? undefined : nth === 1 ? "lost" : repeated);
    const file = randomFile(size);
    const { key, etag } = await clientOf(deployed()).upload(file).done;
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
    assert.equal(etag, repeated ? undefined : '"joined"');
    assert.equal(deployed().count("POST create"), 1);
  });
}

for (const code of ["NoSuchUpload", "InvalidPart", "InvalidPartOrder", "EntityTooSmall"]) {
  test(`complete that is repeated and answered with ${code}: not stored, but begun anew, once`, async () => {
    Object.assign(deployed(), { threshold: 5_000, partSize: 1_000 });
    const gone = refusal(code === "NoSuchUpload" ? 404 : 400, code);
    deployed().fault = (what, nth) => (what !== "POST complete" ? undefined : nth === 1 ? "cut" : nth === 2 ? gone : undefined);
    const file = randomFile(size);
    const { key } = await clientOf(deployed()).upload(file).done;
    assert.deepEqual([...deployed().objects.keys()], [key]);
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
    assert.equal(deployed().count("POST create"), 2);

    deployed().objects.clear();
    deployed().fault = (what, nth) => (what !== "POST complete" ? undefined : nth % 2 ? "cut" : gone);
    await assert.rejects(clientOf(deployed()).upload(randomFile(size)).done, { name: "S3Error", code });
    assert.equal(deployed().objects.size, 0);
  });
}

test("a page that comes back to an upload that is gone begins it anew, though it had all parts", async () => {
  Object.assign(deployed(), { threshold: 5_000, partSize: 1_000 });
  const storage = new MemoryStorage();
  const newPage = () => clientOf(deployed(), { storage, retry: { ...quick, limit: 0 } });
  deployed().fault = (what) => (what === "POST complete" ? "cut" : undefined);
  const file = randomFile(size);
  await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
  deployed().fault = () => undefined;
  deployed().uploads.clear();
  const { key, resumed } = await newPage().upload(file).done;
  assert.equal(resumed, false);
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
});

test("a file whose answers were all lost, or that was cancelled too late, isn't stored again by the next upload", async () => {
  const uploads = clientOf(deployed());
  const file = randomFile(size);
  deployed().fault = (what) => (what === "PUT object" ? "lost" : undefined);
  await assert.rejects(uploads.upload(file).done, { code: "NetworkError" });
  assert.equal(deployed().objects.size, 1);
  const cancelled = uploads.upload(file, { onState: (state) => state === "waiting" && cancelled.abort() });
  await assert.rejects(cancelled.done, { name: "AbortError" });
  deployed().fault = () => undefined;
  const { key } = await uploads.upload(file).done;
  assert.deepEqual([...deployed().objects.keys()], [key]);

  await uploads.upload(file).done;
  assert.equal(deployed().objects.size, 2, "an upload that nobody is unsure of is one of its own");
});

test("another user, and other metadata, get a key of their own", async () => {
  const uploads = clientOf(deployed());
  const file = randomFile(size);
  const lose = async () => {
    deployed().fault = (what) => (what === "PUT object" ? "lost" : undefined);
    await assert.rejects(uploads.upload(file).done, { code: "NetworkError" });
    deployed().fault = () => undefined;
  };
  await lose();
  await uploads.upload(file, { metadata: { album: "2026" } }).done;
  assert.equal(deployed().objects.size, 2);
  await lose();
  uploads.forget();
  await uploads.upload(file).done;
  assert.equal(deployed().objects.size, 4);
});

test("a part that S3 got only a piece of is sent again", async () => {
  deployed().fault = (what, nth) => (what === "PUT object" && nth === 1 ? refusal(400, "IncompleteBody") : undefined);
  await clientOf(deployed()).upload(randomFile(size)).done;
  assert.equal(deployed().count("PUT object"), 2);
});
