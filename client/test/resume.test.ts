import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Signpost } from "../src/index.ts";
import { apiRefusal } from "./deployment.ts";
import { bytesOf, clientOf, inParts, MemoryStorage, randomFile, size26, withDeployment } from "./fixture.ts";

const deployed = withDeployment(inParts);
let storage: MemoryStorage;
beforeEach(() => void (storage = new MemoryStorage()));

/** The client of a page after a reload: it knows only what is in the storage. */
function newPage(): Signpost {
  return clientOf(deployed(), { storage, connections: 2, retry: { limit: 0, minDelay: 1, maxDelay: 1 } });
}

/** Uploads some of a file, as if the page were closed then. */
async function unfinished(file: File): Promise<void> {
  deployed().fault = (what) => (what === "PUT part 12" ? "cut" : undefined);
  await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
  deployed().fault = () => undefined;
  deployed().seen.length = 0;
}

test("the same file continues with the parts that S3 lists", async () => {
  const file = randomFile(size26);
  deployed().storedType = "video/mpeg";
  await unfinished(file);
  const have = [...deployed().uploads.values()][0]!;
  have.parts.delete(2); // remembered, but S3 has lost it
  have.parts.set(3, Buffer.from("cut short"));
  const stored = await newPage().upload(file).done;
  assert.equal(stored.resumed, true);
  assert.equal(stored.contentType, "video/mpeg", "from the record: it isn't planned again");
  assert.deepEqual(deployed().objects.get(stored.key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 0);
  assert.ok(deployed().count("GET list") > 2, "page after page");
  assert.equal(deployed().count("PUT part 1"), 0);
  assert.equal(deployed().count("PUT part 2") + deployed().count("PUT part 3"), 2);
  assert.equal(storage.length, 0);
});

test("a last part that is smaller isn't sent again", async () => {
  const file = randomFile(size26);
  deployed().fault = (what) => (what === "POST complete" ? "cut" : undefined);
  await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
  deployed().fault = () => undefined;
  const upload = newPage().upload(file);
  assert.deepEqual(deployed().objects.get((await upload.done).key), await bytesOf(file));
  assert.equal(upload.progress.reused, size26);
  assert.equal(deployed().count(/^PUT part/), 26);
});

test("a file that is interrupted several times sends each time what S3 lacks", async () => {
  const file = randomFile(size26);
  const oneByOne = () => clientOf(deployed(), { storage, connections: 1, retry: { limit: 0 } });
  for (const part of [5, 12, 20]) {
    deployed().fault = (what) => (what === `PUT part ${part}` ? "cut" : undefined);
    await assert.rejects(oneByOne().upload(file).done, { code: "NetworkError" });
  }
  deployed().fault = () => undefined;
  const known: boolean[] = [];
  const upload = oneByOne().upload(file, { onState: (state) => state === "uploading" && known.push(upload.resumed) });
  const { key, resumed } = await upload.done;
  assert.equal(resumed, true);
  assert.deepEqual(known, [true], "known before the first byte is sent");
  assert.equal(upload.progress.reused, 19_000, "the bytes of 19 parts");
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 1);
  assert.equal(deployed().count(/^PUT part/), 26 + 3, "each part once, and three interrupted tries");
});

test("an upload that was completed without the page noticing is found stored", async () => {
  const file = randomFile(size26);
  deployed().fault = (what) => (what === "POST complete" ? "lost" : undefined);
  await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
  deployed().fault = () => undefined;
  const { key, resumed } = await newPage().upload(file).done;
  assert.equal(resumed, true);
  assert.deepEqual([...deployed().objects.keys()], [key]);
  assert.equal(storage.length, 0);
});

test("without the grant to list parts, the record decides", async () => {
  deployed().resumable = false;
  const file = randomFile(size26);
  await unfinished(file);
  const { key, resumed } = await newPage().upload(file).done;
  assert.equal(resumed, true);
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("GET list"), 0);
  assert.ok(deployed().count(/^PUT part/) <= 26 - 9);
});

test("what is remembered holds no URL, no token, and no signature", async () => {
  await unfinished(randomFile(size26));
  assert.equal(storage.length, 1);
  const [[name, value]] = [...storage.items] as [[string, string]];
  assert.match(name, /^signpost:/);
  assert.doesNotMatch(value, /http|token|secret|X-Amz/);
});

for (const [what, change] of [
  ["another time", (file: File) => new File([file], file.name, { type: file.type, lastModified: file.lastModified + 1 })],
  ["another name", (file: File) => new File([file], "other.mp4", { type: file.type, lastModified: file.lastModified })],
  ["other bytes behind the same name, size and time", () => randomFile(size26)],
] as const) {
  test(`a file with ${what} starts over`, async () => {
    const file = randomFile(size26);
    await unfinished(file);
    const changed = change(file);
    const upload = newPage().upload(changed);
    const { key, resumed } = await upload.done;
    assert.deepEqual([resumed, upload.progress.reused], [false, 0]);
    assert.deepEqual(deployed().objects.get(key), await bytesOf(changed));
    assert.equal(deployed().count("POST create"), 1);
  });
}

test("an upload from before the API split files otherwise starts over, and none of its parts is kept", async () => {
  for (const partSize of [900, 2_000]) {
    const file = randomFile(size26);
    await unfinished(file);
    deployed().partSize = partSize;
    const { key, resumed } = await newPage().upload(file).done;
    assert.equal(resumed, false);
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
    assert.deepEqual([deployed().uploads.size, storage.length], [0, 0]);
    Object.assign(deployed(), inParts);
  }
});

test("an upload with other metadata starts over", async () => {
  const file = randomFile(size26);
  await unfinished(file);
  const { resumed } = await newPage().upload(file, { metadata: { album: "new" } }).done;
  assert.equal(resumed, false);
});

test("an upload that is another user's, or gone from S3, starts over", async () => {
  for (const spoil of ["foreign", "forgotten"]) {
    const file = randomFile(size26);
    await unfinished(file);
    const foreign = apiRefusal(403, "Forbidden", { field: "key" });
    if (spoil === "forgotten") deployed().uploads.clear();
    else deployed().fault = (what, count) => (what === "POST /uploads/parts" && !deployed().count("POST create") && count ? foreign : undefined);
    const { key, resumed } = await newPage().upload(file).done;
    assert.equal(resumed, false, spoil);
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  }
});

test("a record with checksums isn't used without them", async () => {
  const file = randomFile(size26);
  await unfinished(file);
  const { resumed } = await clientOf(deployed(), { storage, checksum: false }).upload(file).done;
  assert.equal(resumed, false);
});

test("an unreadable record is ignored", async () => {
  const file = randomFile(size26);
  await unfinished(file);
  for (const name of storage.items.keys()) storage.setItem(name, "{broken");
  const { resumed } = await newPage().upload(file).done;
  assert.equal(resumed, false);
});

test("a full storage doesn't prevent the upload", async () => {
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const file = randomFile(size26);
  const { key } = await newPage().upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
});

test("a blocked storage doesn't prevent anything but resuming", async () => {
  const blocked = new Proxy(storage, {
    get: () => {
      throw new DOMException("the page has no storage", "SecurityError");
    },
  });
  const uploads = clientOf(deployed(), { storage: blocked });
  const file = randomFile(size26);
  const { key } = await uploads.upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  uploads.forget();
  const upload = uploads.upload(randomFile(size26), { onProgress: ({ partsDone }) => partsDone === 3 && upload.abort() });
  await assert.rejects(upload.done, { name: "AbortError" });
});

test("forget() clears the list of the page's requests, which holds signed URLs", async () => {
  await clientOf(deployed()).upload(randomFile(10)).done;
  const listed = () => performance.getEntriesByType("resource").filter(({ name }) => name.includes("X-Amz-Signature"));
  assert.notEqual(listed().length, 0);
  newPage().forget();
  assert.equal(listed().length, 0);
});

test("forget() and abort() remove records, but none of another API", async () => {
  storage.setItem("signpost:https://other.example/:x", "{}");
  await unfinished(randomFile(size26));
  newPage().forget();
  assert.deepEqual([...storage.items.keys()], ["signpost:https://other.example/:x"]);
  const upload = newPage().upload(randomFile(size26), { onProgress: ({ partsDone }) => partsDone === 3 && upload.abort() });
  await assert.rejects(upload.done, { name: "AbortError" });
  assert.equal(storage.length, 1);
});
