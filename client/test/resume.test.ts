import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Signpost } from "../src/index.ts";
import { apiRefusal } from "./deployment.ts";
import { bytesOf, clientOf, MemoryStorage, randomFile, withDeployment } from "./fixture.ts";

const deployed = withDeployment();
const size = 25_500;
let storage: MemoryStorage;

beforeEach(() => {
  deployed().threshold = 5_000;
  deployed().partSize = 1_000;
  storage = new MemoryStorage();
});

/** A page: what it knows is what it finds in the storage. */
function newPage(): Signpost {
  return clientOf(deployed(), { storage, connections: 2, retry: { limit: 0, minDelay: 1, maxDelay: 1 } });
}

/** An upload that stays unfinished, as when the page is closed. */
async function unfinished(file: File): Promise<void> {
  deployed().fault = (what) => (what === "PUT part 12" ? "cut" : undefined);
  await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
  deployed().fault = () => undefined;
  deployed().seen.length = 0;
}

test("the same file goes on where it stopped: S3's list decides", async () => {
  const file = randomFile(size);
  await unfinished(file);
  const have = [...deployed().uploads.values()][0]!;
  have.parts.delete(2); // remembered, but S3 has lost it
  have.parts.set(3, Buffer.from("cut short"));
  const stored = await newPage().upload(file).done;
  assert.equal(stored.resumed, true);
  assert.deepEqual(deployed().objects.get(stored.key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 0);
  assert.ok(deployed().count("GET list") > 2, "page after page");
  assert.equal(deployed().count("PUT part 1"), 0);
  assert.equal(deployed().count("PUT part 2") + deployed().count("PUT part 3"), 2);
  assert.equal(storage.length, 0);
});

test("a file that is cut short several times goes on each time with what S3 lacks", async () => {
  const file = randomFile(size);
  const oneByOne = () => clientOf(deployed(), { storage, connections: 1, retry: { limit: 0 } });
  for (const part of [5, 12, 20]) {
    deployed().fault = (what) => (what === `PUT part ${part}` ? "cut" : undefined);
    await assert.rejects(oneByOne().upload(file).done, { code: "NetworkError" });
  }
  deployed().fault = () => undefined;
  const upload = oneByOne().upload(file);
  const { key, resumed } = await upload.done;
  assert.equal(resumed, true);
  assert.equal(upload.progress.reused, 19_000, "the bytes of 19 parts");
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("POST create"), 1);
  assert.equal(deployed().count(/^PUT part/), 26 + 3, "each once, and the three that were cut");
});

test("a page that was closed before it heard the last word finds the file stored", async () => {
  const file = randomFile(size);
  deployed().fault = (what) => (what === "POST complete" ? "lost" : undefined);
  await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
  deployed().fault = () => undefined;
  const { key, resumed } = await newPage().upload(file).done;
  assert.equal(resumed, true);
  assert.deepEqual([...deployed().objects.keys()], [key]);
  assert.equal(storage.length, 0);
});

test("where S3's list can't be had, what was remembered decides", async () => {
  deployed().resumable = false;
  const file = randomFile(size);
  await unfinished(file);
  const { key, resumed } = await newPage().upload(file).done;
  assert.equal(resumed, true);
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  assert.equal(deployed().count("GET list"), 0);
  assert.ok(deployed().count(/^PUT part/) <= 26 - 9);
});

test("what is remembered holds no URL, no token, and no signature", async () => {
  await unfinished(randomFile(size));
  assert.equal(storage.length, 1);
  const [[name, value]] = [...storage.items] as [[string, string]];
  assert.match(name, /^signpost:/);
  assert.doesNotMatch(value, /http|token|secret|X-Amz/);
});

for (const [what, change] of [
  ["another time", (file: File) => new File([file], file.name, { type: file.type, lastModified: file.lastModified + 1 })],
  ["another name", (file: File) => new File([file], "other.mp4", { type: file.type, lastModified: file.lastModified })],
  ["other bytes behind the same name, size and time", () => randomFile(size)],
] as const) {
  test(`a file with ${what} begins afresh`, async () => {
    const file = randomFile(size);
    await unfinished(file);
    const changed = change(file);
    const upload = newPage().upload(changed);
    const { key, resumed } = await upload.done;
    assert.deepEqual([resumed, upload.progress.reused], [false, 0]);
    assert.deepEqual(deployed().objects.get(key), await bytesOf(changed));
    assert.equal(deployed().count("POST create"), 1);
  });
}

test("other metadata begins afresh, since S3 has the old", async () => {
  const file = randomFile(size);
  await unfinished(file);
  const { resumed } = await newPage().upload(file, { metadata: { album: "new" } }).done;
  assert.equal(resumed, false);
});

test("another user's upload, and one that S3 has forgotten, begin afresh", async () => {
  for (const spoil of ["foreign", "forgotten"]) {
    const file = randomFile(size);
    await unfinished(file);
    const foreign = apiRefusal(403, "Forbidden", { field: "key" });
    if (spoil === "forgotten") deployed().uploads.clear();
    else deployed().fault = (what, nth) => (what === "POST /uploads/parts" && !deployed().count("POST create") && nth ? foreign : undefined);
    const { key, resumed } = await newPage().upload(file).done;
    assert.equal(resumed, false, spoil);
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  }
});

test("a record that was made with checksums isn't used without them", async () => {
  const file = randomFile(size);
  await unfinished(file);
  const { resumed } = await clientOf(deployed(), { storage, checksum: false }).upload(file).done;
  assert.equal(resumed, false);
});

test("a record that nobody can read is passed over", async () => {
  const file = randomFile(size);
  await unfinished(file);
  for (const name of storage.items.keys()) storage.setItem(name, "{broken");
  const { resumed } = await newPage().upload(file).done;
  assert.equal(resumed, false);
});

test("a storage that is full costs the resuming, not the upload", async () => {
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const file = randomFile(size);
  const { key } = await newPage().upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
});

test("a storage that is blocked costs the resuming, and nothing else", async () => {
  const blocked = new Proxy(storage, {
    get: () => {
      throw new DOMException("the page has no storage", "SecurityError");
    },
  });
  const uploads = clientOf(deployed(), { storage: blocked });
  const file = randomFile(size);
  const { key } = await uploads.upload(file).done;
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
  uploads.forget();
  const upload = uploads.upload(randomFile(size), { onProgress: ({ partsDone }) => partsDone === 3 && upload.abort() });
  await assert.rejects(upload.done, { name: "AbortError" });
});

test("forget() empties the list of the page's requests, which holds signed URLs", async () => {
  await clientOf(deployed()).upload(randomFile(10)).done;
  const listed = () => performance.getEntriesByType("resource").filter(({ name }) => name.includes("X-Amz-Signature"));
  assert.notEqual(listed().length, 0);
  newPage().forget();
  assert.equal(listed().length, 0);
});

test("forget() and abort() leave nothing behind, and nothing of others'", async () => {
  storage.setItem("signpost:https://other.example/:x", "{}");
  await unfinished(randomFile(size));
  newPage().forget();
  assert.deepEqual([...storage.items.keys()], ["signpost:https://other.example/:x"]);
  const upload = newPage().upload(randomFile(size), { onProgress: ({ partsDone }) => partsDone === 3 && upload.abort() });
  await assert.rejects(upload.done, { name: "AbortError" });
  assert.equal(storage.length, 1);
});
