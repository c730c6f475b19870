// What is stored after each kind of failure, before and after S3 acted: the whole file, once.
// src/s3/outcome.ts has the rule.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "./deployment.ts";
import { s3Refusal } from "./deployment.ts";
import { bytesOf, clientOf, inParts, MemoryStorage, quick, randomFile, size26, withDeployment } from "./fixture.ts";

const deployed = withDeployment();

const afterwards = (fault: Exclude<Fault, string>): Fault => ({ ...fault, acts: true });
const refusal = (status: number, code: string) => s3Refusal(status, code) as Exclude<Fault, string>;
const blocked = { status: 200, headers: { "Content-Type": "text/html" }, body: "<html>Sign in to the network</html>" };
const empty = { status: 200, body: "" };
const lateError = { status: 200, body: "<Error><Code>InternalError</Code><Message>late</Message></Error>" };

const faults: [what: string, fault: Fault][] = [
  ["the connection breaks before S3 acts", "cut"],
  ["the answer is lost", "lost"],
  ["503 before S3 acts", refusal(503, "SlowDown")],
  ["503 after S3 has acted", afterwards(refusal(503, "SlowDown"))],
  ["500 before S3 acts", refusal(500, "InternalError")],
  ["500 after S3 has acted", afterwards(refusal(500, "InternalError"))],
  ["200 that ends with an error", lateError],
  ["200 that ends with an error, after S3 has acted", afterwards(lateError)],
  ["409 before S3 acts", refusal(409, "ConditionalRequestConflict")],
  ["409 after S3 has acted", afterwards(refusal(409, "ConditionalRequestConflict"))],
  ["a proxy answers 200 in S3's place", blocked],
  ["a proxy answers 200 in S3's place, after S3 has acted", afterwards(blocked)],
  ["200 without a body", empty],
];

for (const what of ["PUT object", "POST create", "PUT part 9", "PUT part 26", "POST complete"]) {
  for (const [failure, fault] of faults) {
    test(`${what}: ${failure}: the whole file is stored, once`, async () => {
      Object.assign(deployed(), what === "PUT object" ? {} : inParts);
      deployed().fault = (seen, count) => (seen === what && count <= 2 ? fault : undefined);
      const file = randomFile(size26);
      const { key } = await clientOf(deployed()).upload(file).done;
      assert.deepEqual([...deployed().objects.keys()], [key]);
      assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
      assert.ok(deployed().count(what) > 1);
      if (what === "PUT object") assert.equal(deployed().count("POST /uploads"), 1, "the same URL is used again");
    });
  }
}

for (const what of ["PUT object", "POST create", "PUT part 9", "POST complete"]) {
  for (const fault of [blocked, empty]) {
    test(`${what}: only ever ${JSON.stringify(fault.body)} in place of S3's answer: not stored`, async () => {
      Object.assign(deployed(), what === "PUT object" ? {} : inParts);
      deployed().fault = (seen) => (seen === what ? fault : undefined);
      await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { name: "NetworkError" });
      assert.equal(deployed().objects.size, 0);
    });
  }
}

test("an error at the end of a 200 is an S3Error", async () => {
  Object.assign(deployed(), inParts);
  deployed().fault = (what) => (what === "POST complete" ? lateError : undefined);
  const failure = { name: "S3Error", code: "InternalError", status: 500 };
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, failure);
});

test("412 to the first PUT: the browser had repeated the request by itself", async () => {
  deployed().fault = (what, count) => {
    return what === "PUT object" && count === 1 ? afterwards(refusal(412, "PreconditionFailed")) : undefined;
  };
  const { key, etag } = await clientOf(deployed()).upload(randomFile(size26)).done;
  assert.deepEqual([...deployed().objects.keys()], [key]);
  assert.equal(etag, undefined);
});

test("a 412 that is not S3's, or to a request without If-None-Match, is a refusal", async () => {
  deployed().fault = (what) => (what === "PUT object" ? { status: 412, body: "proxy" } : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { code: "HTTP 412" });
  Object.assign(deployed(), inParts);
  deployed().fault = (what) => (what === "PUT part 3" ? refusal(412, "PreconditionFailed") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { code: "PreconditionFailed" });
  assert.equal(deployed().objects.size, 0);
});

for (const repeated of [undefined, refusal(412, "PreconditionFailed")]) {
  test(`the answer to complete is lost, and the next one is ${repeated ? "412" : "the same 200"}: stored`, async () => {
    Object.assign(deployed(), inParts);
    deployed().fault = (what, count) => (what !== "POST complete" ? undefined : count === 1 ? "lost" : repeated);
    const file = randomFile(size26);
    const { key, etag } = await clientOf(deployed()).upload(file).done;
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
    assert.equal(etag, repeated ? undefined : '"joined"');
    assert.equal(deployed().count("POST create"), 1);
  });
}

for (const [code, status] of [
  ["NoSuchUpload", 404],
  ["InvalidPart", 400],
  ["InvalidPartOrder", 400],
  ["EntityTooSmall", 400],
] as const) {
  test(`a repeated complete is answered with ${code}: not stored, and the upload starts over, once`, async () => {
    Object.assign(deployed(), inParts);
    const gone = refusal(status, code);
    deployed().fault = (what, count) => (what !== "POST complete" ? undefined : count === 1 ? "cut" : count === 2 ? gone : undefined);
    const file = randomFile(size26);
    const { key } = await clientOf(deployed()).upload(file).done;
    assert.deepEqual([...deployed().objects.keys()], [key]);
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
    assert.equal(deployed().count("POST create"), 2);

    deployed().objects.clear();
    deployed().fault = (what, count) => (what !== "POST complete" ? undefined : count % 2 ? "cut" : gone);
    await assert.rejects(clientOf(deployed()).upload(randomFile(size26)).done, { name: "S3Error", code });
    assert.equal(deployed().objects.size, 0);
  });
}

test("after a reload, an upload that is gone starts over, even if all parts were stored", async () => {
  Object.assign(deployed(), inParts);
  const storage = new MemoryStorage();
  const newPage = () => clientOf(deployed(), { storage, retry: { ...quick, limit: 0 } });
  deployed().fault = (what) => (what === "POST complete" ? "cut" : undefined);
  const file = randomFile(size26);
  await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
  deployed().fault = () => undefined;
  deployed().uploads.clear();
  const { key, resumed } = await newPage().upload(file).done;
  assert.equal(resumed, false);
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
});

test("a file whose answers were all lost, or that was aborted too late, isn't stored again by the next upload", async () => {
  const uploads = clientOf(deployed());
  const file = randomFile(size26);
  deployed().fault = (what) => (what === "PUT object" ? "lost" : undefined);
  await assert.rejects(uploads.upload(file).done, { code: "NetworkError" });
  assert.equal(deployed().objects.size, 1);
  const cancelled = uploads.upload(file, { onState: (state) => state === "waiting" && cancelled.abort() });
  await assert.rejects(cancelled.done, { name: "AbortError" });
  deployed().fault = () => undefined;
  const { key } = await uploads.upload(file).done;
  assert.deepEqual([...deployed().objects.keys()], [key]);

  await uploads.upload(file).done;
  assert.equal(deployed().objects.size, 2, "after a confirmed upload, the next one has its own key");
});

test("another user, or other metadata, gets another key", async () => {
  const uploads = clientOf(deployed());
  const file = randomFile(size26);
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

test("an incomplete body is sent again", async () => {
  deployed().fault = (what, count) => (what === "PUT object" && count === 1 ? refusal(400, "IncompleteBody") : undefined);
  await clientOf(deployed()).upload(randomFile(size26)).done;
  assert.equal(deployed().count("PUT object"), 2);
});
