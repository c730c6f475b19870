import assert from "node:assert/strict";
import { test } from "node:test";
import Uppy from "@uppy/core";
import { partSize } from "../src/index.ts";
import { uppyOptions, uppyRestrictions, type UppyOptions } from "../src/uppy/uppy6.ts";
import { apiRefusal } from "./deployment.ts";
import { clientOf, sha256, uppyFile, withDeployment } from "./fixture.ts";

const deployed = withDeployment();

const optionsOf = (options?: UppyOptions) => uppyOptions(clientOf(deployed()), options);

/** The body of the last request to the API. */
function asked() {
  const calls = deployed().seen.filter(({ what }) => what.startsWith("POST /"));
  return JSON.parse(calls.at(-1)?.body.toString() ?? "");
}

test("name, type, size and checksum are the file's own; key and headers are the server's", async () => {
  const { generateObjectKey, signRequest, shouldUseMultipart } = optionsOf();
  const files = [uppyFile(10), uppyFile(20, { type: "" }), uppyFile(30, { meta: { name: "renamed.mp4" } }), uppyFile(0)];
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

test("the size is the body's, even if a plugin has changed the file", async () => {
  const { generateObjectKey, signRequest } = optionsOf();
  await signRequest({ method: "PUT", key: generateObjectKey(uppyFile(10, { size: 99 })) });
  assert.equal(asked().size, 10);
});

test("metadata and checksums follow the options", async () => {
  const metadata: UppyOptions["metadata"] = ({ meta }) => ({ album: meta.album });
  const { generateObjectKey, signRequest } = optionsOf({ checksum: false, metadata });
  await signRequest({ method: "PUT", key: generateObjectKey(uppyFile(10, { meta: { album: "2026" } })) });
  assert.deepEqual(asked().metadata, { album: "2026" });
  assert.equal(asked().sha256, undefined);
});

test("an upload in parts is created, sent, listed, completed and aborted by requests that the API signs", async () => {
  deployed().threshold = 5;
  const { generateObjectKey, signRequest, shouldUseMultipart, getChunkSize } = optionsOf({ multipartThreshold: 5 });
  const file = uppyFile(6);
  assert.equal(shouldUseMultipart(file), true);
  assert.equal(getChunkSize({ size: 2 ** 40 }), partSize(2 ** 40));
  const { key, url } = await signRequest({ method: "POST", key: generateObjectKey(file) });
  assert.equal(asked().partChecksums, false, "Uppy can't repeat them when it completes the upload");
  assert.equal(asked().sha256, undefined);
  assert.equal(new URL(url).pathname, `/${key}`);
  const [uploadId] = await begin(url);
  for (const method of ["PUT", "GET", "POST", "DELETE"] as const) {
    const partNumber = method === "PUT" ? 1 : undefined;
    const signed = await signRequest({ method, key, uploadId: uploadId!, partNumber });
    assert.deepEqual(asked(), { key, uploadId, parts: partNumber ? [{ partNumber }] : [] });
    const answer = await fetch(signed.url, { method });
    assert.equal(answer.ok, method !== "DELETE", `${method}: a completed upload can't be aborted`);
  }
});

test("without the grant to list and abort: an empty list, and an error for the log", async () => {
  deployed().threshold = 5;
  deployed().resumable = false;
  const { generateObjectKey, signRequest } = optionsOf({ multipartThreshold: 5 });
  const { key, url } = await signRequest({ method: "POST", key: generateObjectKey(uppyFile(6)) });
  const uploadId = (await begin(url))[0]!;
  const list = await signRequest({ method: "GET", key, uploadId });
  assert.equal(await (await fetch(list.url)).text(), "<ListPartsResult></ListPartsResult>");
  await assert.rejects(signRequest({ method: "DELETE", key, uploadId }), { code: "NotGranted" });
});

test("a lower threshold is an error, and the next try is in parts", async () => {
  deployed().threshold = 5;
  const { generateObjectKey, signRequest, shouldUseMultipart } = optionsOf();
  const file = uppyFile(6);
  assert.equal(shouldUseMultipart(file), false);
  const refused = { code: "MultipartThreshold", message: /expects files of 6 bytes in parts, .*await signpost.limits/ };
  await assert.rejects(signRequest({ method: "PUT", key: generateObjectKey(file) }), refused);
  assert.equal(shouldUseMultipart(file), true);
  assert.equal(shouldUseMultipart(uppyFile(7)), true, "larger ones too");
  assert.equal(shouldUseMultipart(uppyFile(5)), false);
  await signRequest({ method: "POST", key: generateObjectKey(file) });
});

test("the deployment's own threshold decides, for each kind, once its limits are known", async () => {
  deployed().threshold = 5;
  deployed().kinds = [{}, { kind: "still", multipartThreshold: null }];
  const signpost = clientOf(deployed());
  await signpost.limits();
  const kind: UppyOptions["kind"] = ({ meta }) => meta.kind;
  const { shouldUseMultipart, signRequest, generateObjectKey } = uppyOptions(signpost, { kind });
  await signpost.limits();
  const file = uppyFile(6);
  assert.equal(shouldUseMultipart(file), true);
  assert.equal(shouldUseMultipart(uppyFile(6, { meta: { name: "a", kind: "still" } })), false);
  assert.equal(shouldUseMultipart(uppyFile(5)), false);
  await signRequest({ method: "PUT", key: generateObjectKey(uppyFile(5, { meta: { name: "a", kind: "still" } })) });
  assert.equal(asked().kind, "still");
  await signRequest({ method: "PUT", key: generateObjectKey(uppyFile(5)) });
  assert.equal("kind" in asked(), false);
});

test("uppyRestrictions gives the size and the types of a kind", async () => {
  deployed().kinds = [{ maxSize: 9 }, { kind: "still", accept: "image/*,.heic", maxSize: 7 }];
  const signpost = clientOf(deployed());
  assert.deepEqual(await uppyRestrictions(signpost), { maxFileSize: 9, allowedFileTypes: null });
  const still = await uppyRestrictions(signpost, "still");
  assert.deepEqual(still, { maxFileSize: 7, allowedFileTypes: ["image/*", ".heic"] });
  await assert.rejects(uppyRestrictions(signpost, "film"), { code: "UnknownKind", message: /no kind "film"/ });
  deployed().kinds = [];
  signpost.forget();
  await assert.rejects(uppyRestrictions(signpost), { code: "UnknownKind", message: /must have a kind/ });

  // What Uppy's own check makes of them.
  const uppy = new Uppy({ restrictions: still });
  const add = (name: string, type: string, size = 5) => uppy.addFile({ name, type, data: new File([new Uint8Array(size)], name) });
  for (const [name, type] of [["a.png", "image/png"], ["a.HEIC", ""], ["b.heic", "application/octet-stream"]] as const) add(name, type);
  assert.throws(() => add("a.pdf", "application/pdf"), /You can only upload/);
  assert.throws(() => add("large.png", "image/png", 8), /exceeds maximum allowed size/);
});

test("a higher threshold is an error, and the next try is in one piece", async () => {
  const { generateObjectKey, signRequest, shouldUseMultipart } = optionsOf({ multipartThreshold: 5 });
  const file = uppyFile(7);
  assert.equal(shouldUseMultipart(file), true);
  const refused = { code: "MultipartThreshold", message: /expects files of 7 bytes in one piece/ };
  await assert.rejects(signRequest({ method: "POST", key: generateObjectKey(file) }), refused);
  assert.equal(shouldUseMultipart(file), false);
  assert.equal(shouldUseMultipart(uppyFile(6)), false, "smaller ones too");
  assert.equal(shouldUseMultipart(uppyFile(8)), true);
  await signRequest({ method: "PUT", key: generateObjectKey(file) });
});

test("a SHA-256 that the API refuses for another reason is an ApiError", async () => {
  const { generateObjectKey, signRequest } = optionsOf({ checksum: async () => "nonsense" });
  const refusal = apiRefusal(400, "InvalidRequest", { field: "sha256" });
  deployed().fault = (_what, count) => (count === 1 ? refusal : undefined);
  const refused = { name: "ApiError", code: "InvalidRequest", field: "sha256" };
  await assert.rejects(signRequest({ method: "PUT", key: generateObjectKey(uppyFile(6)) }), refused);
});

test("a key that isn't the adapter's is an error", async () => {
  await assert.rejects(optionsOf().signRequest({ method: "PUT", key: "cat.png" }), { code: "UnknownFile" });
});

async function begin(url: string): Promise<string[]> {
  await fetch(url, { method: "POST" });
  return [...deployed().uploads.keys()];
}
