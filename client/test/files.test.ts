// The user's stored files: lists, deletions, links, names and scans.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Files, RemovalError, type ListedFile, type ListOptions } from "../src/files/files.ts";
import { ApiError, NetworkError, S3Error, SignpostError } from "../src/index.ts";
import { apiRefusal, expired, s3Refusal } from "./deployment.ts";
import { clientOf, withDeployment } from "./fixture.ts";
import { listXml, StoredFiles, type Stored } from "./stored_files.ts";

const deployed = withDeployment();
const keyOf = (n: number, kind = "") => `uploads/${kind && `${kind}/`}me/${String(n).padStart(26, "0")}/cat-${n}.png`;
const manyFiles = (count: number): Stored[] => Array.from({ length: count }, (_, i) => ({ key: keyOf(i), size: i }));

/** The deployment with those files, and a client of it. */
function having(stored: Stored[]) {
  return { bucket: new StoredFiles(deployed(), stored), files: new Files(clientOf(deployed())) };
}

async function all(files: Files, options?: ListOptions): Promise<ListedFile[]> {
  const listed: ListedFile[] = [];
  for await (const file of files.list(options)) listed.push(file);
  return listed;
}

/** The bodies of the requests to a route. */
function asked(route: string) {
  return deployed().seen.filter(({ what }) => what === `POST /${route}`).map(({ body }) => JSON.parse(body.toString()));
}

test("a listed file has all that S3 says of it", async () => {
  const { files } = having([{ key: keyOf(1), size: 12, etag: '"d41d8cd9-2"', lastModified: "2026-11-27T10:11:12.000Z" }]);
  const lastModified = new Date("2026-11-27T10:11:12Z");
  assert.deepEqual(await all(files), [{ key: keyOf(1), kind: null, name: "cat-1.png", size: 12, etag: '"d41d8cd9-2"', lastModified }]);
});

test("no files", async () => {
  assert.deepEqual(await all(having([]).files), []);
});

test("a kind, and a place to begin", async () => {
  const { files } = having([{ key: keyOf(1) }, { key: keyOf(2, "film") }, { key: keyOf(3, "film") }]);
  const listed = await all(files, { kind: "film", after: keyOf(2, "film") });
  assert.deepEqual(listed.map(({ key, kind }) => [key, kind]), [[keyOf(3, "film"), "film"]]);
});

// 500 files and more have over 1000 entities, at which other clients' parsers stop
// (minio/minio-js#1466); others list 1000 files and no more (aws-amplify/amplify-js#6838).
test("10,000 files are listed page by page, in order, each once", async () => {
  const { files } = having(manyFiles(10_000));
  let count = 0;
  for await (const { key } of files.list()) {
    assert.equal(key, keyOf(count++));
    // A page is asked for only when the one before is used up: no more than one is held.
    assert.equal(deployed().count("POST /listings"), Math.ceil(count / 1000));
  }
  assert.equal(count, 10_000);
  assert.deepEqual(asked("listings").map(({ after }) => after), [undefined, ...Array.from({ length: 9 }, (_, i) => keyOf(1000 * i + 999))]);
});

test("the files of earlier pages are let go, however many there are", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const { files } = having(manyFiles(500));
  const listed: WeakRef<ListedFile>[] = [];
  const held: number[] = [];
  for await (const file of files.list({ pageSize: 100 })) {
    listed.push(new WeakRef(file));
    if (listed.length % 100 > 0) continue;
    await setImmediate(); // until then, a WeakRef holds its file
    collectGarbage();
    held.push(listed.filter((file) => file.deref()).length);
  }
  assert.ok(held.length === 5 && held.every((count) => count <= 1), `after each page, ${held} files are held`);
});

test("a page of a given size; the list ends where the page stops reading", async () => {
  const { files } = having(manyFiles(30));
  for await (const { key } of files.list({ pageSize: 10 })) if (key === keyOf(9)) break;
  assert.deepEqual(asked("listings"), [{ kind: null, limit: 10 }]);
});

// A list that continues at an offset skips a file for each one that is deleted.
test("files that are deleted while they are listed move no others", async () => {
  const { bucket, files } = having(manyFiles(25));
  const listed: string[] = [];
  for await (const { key } of files.list({ pageSize: 10 })) {
    listed.push(key);
    await files.remove([key]);
  }
  assert.deepEqual(listed, manyFiles(25).map(({ key }) => key));
  assert.equal(bucket.files.size, 0);
});

test("every wrong option is named at the call", () => {
  const { files } = having([]);
  const options = { kind: "", after: 1, pageSize: 1001 } as unknown as ListOptions;
  assert.throws(() => files.list(options), {
    name: "TypeError",
    message: "wrong options of files.list(): kind must be the name of a kind; after must be a key; pageSize must be a whole number, 1 to 1000",
  });
});

// Stores that speak S3's protocol send truncated pages without a key (s3ql/s3ql#166), or the same
// page again.
for (const [what, xml, keys] of [
  ["says that more follow an empty page", listXml([], true), []],
  ["repeats the page", listXml(manyFiles(2), true), [keyOf(0), keyOf(1)]],
] as const) {
  test(`a list that ${what} is an error: it would have no end, or hide files`, async () => {
    const { bucket, files } = having([]);
    bucket.fault = (seen) => (seen === "GET object" ? { status: 200, body: xml } : undefined);
    const listed: string[] = [];
    const list = async () => {
      for await (const { key } of files.list()) listed.push(key);
    };
    await assert.rejects(list, { name: "SignpostError", code: "BadListing" });
    assert.deepEqual(listed, keys);
  });
}

for (const [what, body] of [
  ["half a list", listXml(manyFiles(3), false).slice(0, -20)],
  ["a proxy's page", "<html>Sign in</html>"],
] as const) {
  test(`${what} counts as no answer`, async () => {
    const { bucket, files } = having(manyFiles(3));
    bucket.fault = (seen, count) => (seen === "GET object" && count === 1 ? { status: 200, body } : undefined);
    assert.equal((await all(files)).length, 3);
  });
}

test("a list is signed again when its URL has expired, and retried when S3 is busy", async () => {
  const { bucket, files } = having(manyFiles(3));
  bucket.fault = (seen, count) => (seen === "GET object" ? [undefined, expired, s3Refusal(503, "SlowDown")][count] : undefined);
  assert.equal((await all(files)).length, 3);
  assert.equal(deployed().count("POST /listings"), 2);
});

test("an aborted list rejects with the reason, also between two files of a page", async () => {
  const { files } = having(manyFiles(3));
  const abort = new AbortController();
  const list = files.list({ signal: abort.signal });
  await list.next();
  abort.abort(new Error("enough"));
  await assert.rejects(list.next(), { message: "enough" });
});

test("250 files are deleted: signed 100 at a time, several requests at once, each once", async () => {
  deployed().latency = 2;
  const { bucket, files } = having(manyFiles(251));
  const keys = manyFiles(250).map(({ key }) => key);
  assert.deepEqual(await files.remove([...keys, keys[0]!]), keys);
  assert.deepEqual([...bucket.files.keys()], [keyOf(250)]);
  assert.deepEqual(asked("deletions").map(({ keys }) => keys.length), [100, 100, 50]);
  assert.equal(deployed().count("DELETE object"), 250);
  assert.equal(deployed().most, 6);
});

test("nothing to delete, and a file that isn't there", async () => {
  const { files } = having([]);
  assert.deepEqual(await files.remove([]), []);
  assert.equal(deployed().seen.length, 0);
  assert.deepEqual(await files.remove([keyOf(1)]), [keyOf(1)]);
});

/** Why each file was not deleted. */
async function failureOf(removal: Promise<unknown>): Promise<RemovalError> {
  const error = await removal.then(() => assert.fail("it did not reject"), (error) => error);
  assert.ok(error instanceof RemovalError && error instanceof SignpostError, String(error));
  assert.equal(error.code, "NotRemoved");
  assert.equal(error.cause, error.failed[0]?.error);
  return error;
}

test("a file that S3 refuses to delete stops no other", async () => {
  const { bucket, files } = having(manyFiles(40));
  bucket.fault = (seen, _, { url }) => (seen === "DELETE object" && url.pathname.endsWith("cat-2.png") ? s3Refusal(403, "AccessDenied") : undefined);
  const { removed, failed, message } = await failureOf(files.remove(manyFiles(40).map(({ key }) => key)));
  assert.equal(removed.length, 39);
  assert.deepEqual([...bucket.files.keys()], [keyOf(2)]);
  assert.deepEqual(failed.map(({ key }) => key), [keyOf(2)]);
  assert.ok(failed[0]?.error instanceof S3Error);
  assert.equal(message, "1 of 40 files were not deleted; first: S3Error: S3 refused DELETE: AccessDenied: no");
});

test("a wrong key stops those that are signed with it, and no others", async () => {
  const { files } = having(manyFiles(201));
  const keys = manyFiles(201).map(({ key }, i) => (i === 150 ? key.replace("/me/", "/you/") : key));
  const { removed, failed } = await failureOf(files.remove(keys));
  assert.deepEqual(removed, [...keys.slice(0, 100), keys[200]]);
  assert.ok(failed.every(({ error }) => error instanceof ApiError && error.code === "Forbidden"));
});

test("what would meet all files ends the removal", async () => {
  const { bucket, files } = having(manyFiles(250));
  bucket.fault = (seen) => (seen === "POST /deletions" ? apiRefusal(404, "NotFound") : undefined);
  const { removed, failed } = await failureOf(files.remove([...bucket.files.keys()]));
  assert.deepEqual([removed.length, failed.length, deployed().count("POST /deletions")], [0, 250, 1]);
  bucket.fault = (seen, _, { url }) => (seen === "DELETE object" && !/cat-[0-4].png/.test(url.pathname) ? "cut" : undefined);
  const second = await failureOf(files.remove([...bucket.files.keys()]));
  assert.ok(second.failed.every(({ error }) => error instanceof NetworkError));
  assert.deepEqual(second.removed, [0, 1, 2, 3, 4].map((n) => keyOf(n)));
  assert.ok(deployed().count("DELETE object") <= 5 + 6 * 4, "six places, four tries each");
});

test("a deletion is retried, and signed again alone if its URL has expired", async () => {
  const { bucket, files } = having(manyFiles(3));
  bucket.fault = (seen, count) => (seen === "DELETE object" ? [undefined, expired, "lost" as const, { status: 200, body: "<html>" }][count] : undefined);
  await files.remove(manyFiles(3).map(({ key }) => key));
  assert.equal(bucket.files.size, 0);
  assert.deepEqual(asked("deletions").map(({ keys }) => keys.length), [3, 1]);
});

test("an aborted removal rejects with the reason, and begins no other deletion", async () => {
  const { bucket, files } = having(manyFiles(100));
  const abort = new AbortController();
  bucket.fault = (seen) => (seen === "DELETE object" ? void abort.abort(new Error("enough")) : undefined);
  await assert.rejects(files.remove([...bucket.files.keys()], { signal: abort.signal }), { message: "enough" });
  assert.ok(deployed().count("DELETE object") <= 6);
});

test("a key alone, or a file of a list, is not an array of keys", async () => {
  for (const keys of [keyOf(1), [{ key: keyOf(1) }]] as unknown as string[][]) {
    await assert.rejects(having([]).files.remove(keys), { name: "TypeError", message: "files.remove() takes an array of keys" });
  }
});

test("a link, and when it expires", async () => {
  const { bucket, files } = having([{ key: keyOf(1) }]);
  bucket.expiresIn = 60;
  const before = Date.now();
  const { url, expiresAt } = await files.url(keyOf(1), { disposition: "inline", filename: "a b.png" });
  assert.deepEqual(asked("downloads"), [{ key: keyOf(1), disposition: "inline", filename: "a b.png" }]);
  assert.equal(new URL(url).pathname, `/${keyOf(1)}`);
  const left = expiresAt.getTime() - before;
  assert.ok(left >= 57_000 && left <= 60_000, `${left} ms`);
});

for (const [what, disposition, name] of [
  ["other scripts and spaces", "attachment; filename*=UTF-8''K%C3%B6ln%20%F0%9F%90%88%E2%80%8D.png", "Köln 🐈\u200d.png"],
  ["what RFC 8187 leaves as it is", "attachment; filename*=UTF-8''a!#$&+-.^_`|~.png", "a!#$&+-.^_`|~.png"],
  ["quotation marks, semicolons and percent signs", "attachment; filename*=UTF-8''75%25%3B%22%27.png", "75%;\"'.png"],
  ["a language, and lower case", "inline;filename*=utf-8'en'cat.png; size=3", "cat.png"],
  ["a lone percent sign: the key's name", "attachment; filename*=UTF-8''75%.png", "cat-1.png"],
  ["bytes that are not UTF-8: the key's name", "attachment; filename*=UTF-8''%A3.png", "cat-1.png"],
  ["no name: the key's name", "attachment", "cat-1.png"],
  ["no header: the key's name", "", "cat-1.png"],
] as const) {
  test(`the original name: ${what}`, async () => {
    const { files } = having([{ key: keyOf(1), size: 5, disposition }]);
    assert.equal(await files.name(keyOf(1)), name);
    assert.equal(deployed().seen.at(-1)?.headers.range, "bytes=0-0");
  });
}

test("the original name of an empty file, of which S3 has no first byte", async () => {
  const { files } = having([{ key: keyOf(1), size: 0, disposition: "attachment; filename*=UTF-8''leer.txt" }]);
  assert.equal(await files.name(keyOf(1)), "leer.txt");
});

test("asking for a name is retried, and rejects with S3's refusal", async () => {
  const { bucket, files } = having([{ key: keyOf(1), size: 5, disposition: "attachment; filename*=UTF-8''a.png" }]);
  bucket.fault = (seen, count) => (seen === "GET object" ? [undefined, "cut" as const, s3Refusal(503, "SlowDown"), { status: 200, body: "<html>" }][count] : undefined);
  assert.equal(await files.name(keyOf(1)), "a.png");
  await assert.rejects(files.name(keyOf(2)), { name: "S3Error", code: "AccessDenied" });
});

test("a scan is pending until GuardDuty has added its tag", async () => {
  const { bucket, files } = having([{ key: keyOf(1) }]);
  assert.equal(await files.scan(keyOf(1)), "pending");
  bucket.fault = (_, __, { url }) => {
    if (url.searchParams.has("tagging") && deployed().count("GET object") === 4) bucket.files.get(keyOf(1))!.scan = "THREATS_FOUND";
    return undefined;
  };
  assert.equal(await files.scanned(keyOf(1)), "THREATS_FOUND");
  assert.equal(deployed().count("GET object"), 4);
  assert.equal(deployed().count("POST /scans"), 2, "one signature for all tries");
  assert.equal(await files.scan(keyOf(1)), "THREATS_FOUND");
});

test("a proxy's page is not a pending scan", async () => {
  const { bucket, files } = having([{ key: keyOf(1), scan: "UNSUPPORTED" }]);
  bucket.fault = (seen, count) => (seen === "GET object" && count === 1 ? { status: 200, body: "<html>" } : undefined);
  assert.equal(await files.scan(keyOf(1)), "UNSUPPORTED");
});

test("the scan of an upload is asked for when the file is stored", async () => {
  const { bucket, files } = having([]);
  const upload = clientOf(deployed()).upload(new Blob(["x"]), { filename: "x" });
  bucket.fault = (seen, _, { body }) => {
    if (seen !== "POST /scans") return undefined;
    const { key }: { key: string } = JSON.parse(body.toString());
    assert.equal(upload.state, "stored");
    assert.equal(key, upload.key);
    bucket.files.set(key, { key, scan: "NO_THREATS_FOUND" });
    return undefined;
  };
  assert.equal(await files.scanned(upload), "NO_THREATS_FOUND");
});

test("the scan of an upload that fails or is aborted", async () => {
  const { bucket, files } = having([]);
  bucket.fault = (seen) => (seen === "POST /uploads" ? apiRefusal(415, "TypeNotAllowed") : undefined);
  const upload = clientOf(deployed()).upload(new Blob(["x"]), { filename: "x" });
  await assert.rejects(files.scanned(upload), { name: "ApiError", code: "TypeNotAllowed" });
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(files.scanned(upload, { signal }), { message: "enough" });
});

test("a verdict that doesn't come", async () => {
  const { files } = having([{ key: keyOf(1) }]);
  await assert.rejects(files.scanned(keyOf(1), { timeout: 0 }), { name: "SignpostError", code: "ScanTimeout", retryable: true });
  await assert.rejects(files.scanned(keyOf(1), { signal: AbortSignal.timeout(5) }), { name: "TimeoutError" });
  await assert.rejects(files.scanned(keyOf(1), { timeout: NaN }), { name: "TypeError" });
});

// A URL may be valid for less time than an upload takes.
test("requests wait for a place that uploads leave, and are signed only then", async () => {
  const bucket = new StoredFiles(deployed(), [{ key: keyOf(1) }]);
  deployed().latency = 20;
  const signpost = clientOf(deployed(), { connections: 1 });
  const files = new Files(signpost);
  const signed: string[] = [];
  bucket.fault = (seen) => {
    if (/listings|scans|downloads/.test(seen)) signed.push(`${seen} ${deployed().atOnce}`);
    return undefined;
  };
  const upload = signpost.upload(new Blob(["x"]), { filename: "x" });
  while (deployed().atOnce === 0) await new Promise((done) => setTimeout(done, 1));
  await Promise.all([all(files), files.scan(keyOf(1)), files.name(keyOf(1)), upload.done]);
  assert.deepEqual(signed, ["POST /listings 0", "POST /scans 0", "POST /downloads 0"]);
});

test("no error holds a signed URL's query", async () => {
  const { bucket, files } = having([]);
  for (const fault of [s3Refusal(403, "AccessDenied", "no X-Amz-Signature=secret"), "cut"] as const) {
    bucket.fault = (seen) => (/object$/.test(seen) ? fault : undefined);
    for (const act of [() => all(files), () => files.remove([keyOf(1)]), () => files.name(keyOf(1)), () => files.scan(keyOf(1))]) {
      await assert.rejects(act, (error: any) => {
        const shown = [error, error.cause, error.cause?.cause].map((e) => `${e} ${e?.stack} ${JSON.stringify(e)}`).join();
        assert.doesNotMatch(shown, /secret|X-Amz/);
        return true;
      });
    }
  }
});
