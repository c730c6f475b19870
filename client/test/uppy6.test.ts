import assert from "node:assert/strict";
import { test } from "node:test";
import { partSize } from "../src/index.ts";
import { uppyOptions, type UppyOptions } from "../src/uppy/uppy6.ts";
import { apiRefusal } from "./deployment.ts";
import { clientOf, randomFile, sha256, withDeployment } from "./fixture.ts";

const deployed = withDeployment();

const optionsOf = (options?: UppyOptions) => uppyOptions(clientOf(deployed()), options);

/** A file as Uppy has it. */
function added(size: number, more: object = {}) {
  const data = randomFile(size);
  return { name: data.name, type: data.type, size, data, meta: { name: data.name }, ...more };
}

/** What the API was last asked. */
function asked() {
  const calls = deployed().seen.filter(({ what }) => what.startsWith("POST /"));
  return JSON.parse(calls.at(-1)?.body.toString() ?? "");
}

test("name, type, size and checksum are the file's own; key and headers are the server's", async () => {
  const { generateObjectKey, signRequest, shouldUseMultipart } = optionsOf();
  const files = [added(10), added(20, { type: "" }), added(30, { meta: { name: "renamed.mp4" } }), added(0)];
  const keys = files.map(generateObjectKey);
  for (const [i, file] of files.entries()) {
    assert.equal(shouldUseMultipart(file), false);
    const { key, url, headers } = await signRequest({ method: "PUT", key: keys[i]! });
    const contentType = file.type ?? "";
    const sum = sha256(Buffer.from(await file.data.arrayBuffer()));
    assert.deepEqual(asked(), { filename: file.meta.name, contentType, size: file.size, sha256: sum });
    assert.equal(new URL(url).pathname, `/${key}`);
    assert.deepEqual(headers, { "Content-Type": contentType, "If-None-Match": "*" });
  }
});

test("the body's size counts, where a plugin has changed the file", async () => {
  const { generateObjectKey, signRequest } = optionsOf();
  await signRequest({ method: "PUT", key: generateObjectKey(added(10, { size: 99 })) });
  assert.equal(asked().size, 10);
});

test("metadata and checksums as the options say", async () => {
  const metadata: UppyOptions["metadata"] = ({ meta }) => ({ album: meta.album });
  const { generateObjectKey, signRequest } = optionsOf({ checksum: false, metadata });
  await signRequest({ method: "PUT", key: generateObjectKey(added(10, { meta: { album: "2026" } })) });
  assert.deepEqual(asked().metadata, { album: "2026" });
  assert.equal(asked().sha256, undefined);
});

test("an upload in parts: begun, sent, listed, joined and ended by the requests that the API signs", async () => {
  deployed().threshold = 5;
  const { generateObjectKey, signRequest, shouldUseMultipart, getChunkSize } = optionsOf({ multipartThreshold: 5 });
  const file = added(6);
  assert.equal(shouldUseMultipart(file), true);
  assert.equal(getChunkSize({ size: 2 ** 40 }), partSize(2 ** 40));
  const { key, url } = await signRequest({ method: "POST", key: generateObjectKey(file) });
  assert.equal(asked().partChecksums, false, "Uppy couldn't repeat them at the end");
  assert.equal(asked().sha256, undefined);
  assert.equal(new URL(url).pathname, `/${key}`);
  const [uploadId] = await begin(url);
  for (const method of ["PUT", "GET", "POST", "DELETE"] as const) {
    const partNumber = method === "PUT" ? 1 : undefined;
    const signed = await signRequest({ method, key, uploadId: uploadId!, partNumber });
    assert.deepEqual(asked(), { key, uploadId, parts: partNumber ? [{ partNumber }] : [] });
    const answer = await fetch(signed.url, { method });
    assert.equal(answer.ok, method !== "DELETE", `${method}: what is joined can't be ended`);
  }
});

test("where parts can't be listed or ended: an empty list, and a word for the log", async () => {
  deployed().threshold = 5;
  deployed().resumable = false;
  const { generateObjectKey, signRequest } = optionsOf({ multipartThreshold: 5 });
  const { key, url } = await signRequest({ method: "POST", key: generateObjectKey(added(6)) });
  const uploadId = (await begin(url))[0]!;
  const list = await signRequest({ method: "GET", key, uploadId });
  assert.equal(await (await fetch(list.url)).text(), "<ListPartsResult></ListPartsResult>");
  await assert.rejects(signRequest({ method: "DELETE", key, uploadId }), { code: "NotGranted" });
});

test("a deployment with a lower threshold: an error says so, and the next try goes in parts", async () => {
  deployed().threshold = 5;
  const { generateObjectKey, signRequest, shouldUseMultipart } = optionsOf();
  const file = added(6);
  assert.equal(shouldUseMultipart(file), false);
  const refused = { code: "MultipartThreshold", message: /takes 6 bytes in parts, .*set multipartThreshold/ };
  await assert.rejects(signRequest({ method: "PUT", key: generateObjectKey(file) }), refused);
  assert.equal(shouldUseMultipart(file), true);
  assert.equal(shouldUseMultipart(added(7)), true, "larger ones too");
  assert.equal(shouldUseMultipart(added(5)), false);
  await signRequest({ method: "POST", key: generateObjectKey(file) });
});

test("a deployment with a higher threshold: an error says so, and the next try goes in one piece", async () => {
  const { generateObjectKey, signRequest, shouldUseMultipart } = optionsOf({ multipartThreshold: 5 });
  const file = added(7);
  assert.equal(shouldUseMultipart(file), true);
  const refused = { code: "MultipartThreshold", message: /takes 7 bytes in one piece/ };
  await assert.rejects(signRequest({ method: "POST", key: generateObjectKey(file) }), refused);
  assert.equal(shouldUseMultipart(file), false);
  assert.equal(shouldUseMultipart(added(6)), false, "smaller ones too");
  assert.equal(shouldUseMultipart(added(8)), true);
  await signRequest({ method: "PUT", key: generateObjectKey(file) });
});

test("a SHA-256 that the API refuses for another reason is the API's error", async () => {
  const { generateObjectKey, signRequest } = optionsOf({ checksum: async () => "nonsense" });
  const refusal = apiRefusal(400, "InvalidRequest", { field: "sha256" });
  deployed().fault = (_what, nth) => (nth === 1 ? refusal : undefined);
  const refused = { name: "ApiError", code: "InvalidRequest", field: "sha256" };
  await assert.rejects(signRequest({ method: "PUT", key: generateObjectKey(added(6)) }), refused);
});

test("a key that is not this adapter's is said", async () => {
  await assert.rejects(optionsOf().signRequest({ method: "PUT", key: "cat.png" }), { code: "UnknownFile" });
});

async function begin(url: string): Promise<string[]> {
  await fetch(url, { method: "POST" });
  return [...deployed().uploads.keys()];
}
