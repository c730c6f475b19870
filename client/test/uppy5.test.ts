import assert from "node:assert/strict";
import { test } from "node:test";
import { uppyOptions, type AwsS3Options, type UppyParameters } from "../src/uppy/uppy5.ts";
import { expired } from "./deployment.ts";
import { bytesOf, clientOf, sha256, uppyFile, withDeployment } from "./fixture.ts";

const MiB = 2 ** 20;
const deployed = withDeployment({ threshold: 5 * MiB });

type Options = Required<AwsS3Options>;

/** Sends as Uppy does. `reported` has what Uppy was reported. */
async function transfer(options: Options, { url, headers }: UppyParameters, body: Blob) {
  const reported: unknown[] = [];
  const stored = await options.uploadPartBytes({
    signature: { url, headers },
    body,
    onProgress: ({ loaded }) => reported.push(loaded),
    onComplete: (etag) => reported.push(etag),
  });
  return { ...stored, reported };
}

/** Creates a multipart upload and sends some of its parts. */
async function beginUpload(options: Options, file: ReturnType<typeof uppyFile>, numbers: number[]) {
  const upload = await options.createMultipartUpload(file);
  const parts = [];
  for (const partNumber of numbers) {
    const body = file.data.slice((partNumber - 1) * 5 * MiB, partNumber * 5 * MiB);
    const { ETag } = await transfer(options, await options.signPart(file, { ...upload, partNumber, body }), body);
    parts.push({ PartNumber: partNumber, ETag });
  }
  return { ...upload, parts };
}

const optionsOf = (): Options => uppyOptions(clientOf(deployed()), { multipartThreshold: 5 * MiB });

test("a file in one piece: stored, with key, location and progress for Uppy", async () => {
  const options = optionsOf();
  const file = uppyFile(1000);
  const parameters = await options.getUploadParameters(file, {});
  const { ETag, location, reported } = await transfer(options, parameters, file.data);
  const { key } = parameters.fields as { key?: string };
  assert.deepEqual(deployed().objects.get(key!), await bytesOf(file.data));
  assert.equal(ETag, '"whole"');
  assert.equal(location, `${new URL(deployed().apiUrl).origin}/${key}`, "no query: it is a credential");
  assert.equal(reported.at(-1), '"whole"');
  assert.equal(reported.at(-2), 1000);
});

test("a file whose URL has expired is planned again, and Uppy learns the new key", async () => {
  const options = optionsOf();
  const file = uppyFile(1000);
  const parameters = await options.getUploadParameters(file, {});
  const first = (parameters.fields as { key?: string }).key;
  deployed().fault = (what, count) => {
    return what === "PUT object" && count === 1 ? expired : undefined;
  };
  const { location } = await transfer(options, parameters, file.data);
  const { key } = parameters.fields as { key?: string };
  assert.notEqual(key, first);
  assert.deepEqual([...deployed().objects.keys()], [key]);
  assert.ok(location.endsWith(key!));
});

test("an upload in parts: each with its SHA-256, which complete repeats", async () => {
  const options = optionsOf();
  const file = uppyFile(6 * MiB);
  const { key, uploadId, parts } = await beginUpload(options, file, [1, 2]);
  const plan = deployed().planned[0]!;
  assert.equal(plan.partChecksums, true);
  assert.equal(plan.sha256, undefined);
  const stored = await options.completeMultipartUpload(file, { key, uploadId, parts });
  assert.equal(stored.key, key);
  assert.ok(stored.location.endsWith(key));
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file.data));
  const bytes = await bytesOf(file.data);
  const sums = [sha256(bytes.subarray(0, 5 * MiB)), sha256(bytes.subarray(5 * MiB))];
  const calls = deployed().seen.filter(({ what }) => what === "POST /uploads/parts");
  const asked = calls.map(({ body }) => JSON.parse(body.toString()).parts);
  assert.deepEqual(asked, [[{ partNumber: 1, sha256: sums[0] }], [{ partNumber: 2, sha256: sums[1] }], []]);
  const complete = deployed().seen.at(-1)?.body.toString() ?? "";
  assert.deepEqual([...complete.matchAll(/<ChecksumSHA256>(.*?)</g)].map(([, sum]) => sum), sums);
});

for (const resumable of [true, false]) {
  test(`after a pause it continues with ${resumable ? "the parts that S3 lists" : "the parts that this page has sent"}`, async () => {
    deployed().resumable = resumable;
    deployed().partSize = 5 * MiB;
    const options = optionsOf();
    const file = uppyFile(40 * MiB);
    const { parts, ...upload } = await beginUpload(options, file, [1, 2, 3]); // three: more than a page of the list
    const listed = await options.listParts(file, upload);
    assert.deepEqual(listed.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })), parts);
    assert.equal(deployed().count("GET list"), resumable ? 2 : 0);
    await options.completeMultipartUpload(file, { ...upload, parts: listed });
    assert.equal(deployed().seen.at(-1)?.body.toString().match(/<ChecksumSHA256>/g)?.length, 3);
  });
}

test("a part that S3 no longer has is sent again, even if this page has sent it", async () => {
  const options = optionsOf();
  const file = uppyFile(11 * MiB);
  const { parts, ...upload } = await beginUpload(options, file, [1, 2]);
  deployed().uploads.get(upload.uploadId)?.parts.delete(2);
  const listed = await options.listParts(file, upload);
  assert.deepEqual(listed.map(({ PartNumber }) => PartNumber), [1]);
});

test("the parts of a file that is too large to hash have their SHA-256", async () => {
  const size = 200 * MiB;
  await optionsOf().createMultipartUpload({ name: "film.mp4", type: "video/mp4", size, data: { size }, meta: {} });
  assert.equal(deployed().planned[0]?.partChecksums, true);
});

test("cancel deletes the parts if the deployment grants that", async () => {
  const options = optionsOf();
  const file = uppyFile(6 * MiB);
  const { parts: _, ...upload } = await beginUpload(options, file, [1]);
  deployed().resumable = false;
  await options.abortMultipartUpload(file, upload);
  assert.equal(deployed().uploads.size, 1);
  deployed().resumable = true;
  await options.abortMultipartUpload(file, upload);
  assert.equal(deployed().uploads.size, 0);
});

test("the adapter learns the deployment's threshold", async () => {
  const options = uppyOptions(clientOf(deployed()));
  const file = uppyFile(6 * MiB);
  assert.equal(options.shouldUseMultipart(file), false);
  await assert.rejects(options.getUploadParameters(file, {}), { code: "MultipartThreshold" });
  assert.equal(options.shouldUseMultipart(file), true);
});

test("a request that the adapter didn't sign is an error", async () => {
  const nothing = () => {};
  const signature = { url: deployed().apiUrl, headers: {} };
  const foreign = { signature, body: new Blob(), onProgress: nothing, onComplete: nothing };
  await assert.rejects(optionsOf().uploadPartBytes(foreign), { code: "UnknownFile" });
});
