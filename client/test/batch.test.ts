// Files that are planned together, and ahead of their turn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Signpost, Upload } from "../src/index.ts";
import { apiRefusal, type Seen } from "./deployment.ts";
import { bytesOf, clientOf, randomFile, sha256, withDeployment } from "./fixture.ts";

const deployed = withDeployment();
const files = (count: number, size = 10) => Array.from({ length: count }, (_, i) => randomFile(size, `${i}.mp4`));
const uploadAll = (signpost: Signpost, all: File[]) => all.map((file) => signpost.upload(file));

/** The requests that plan files, by the number of their files. */
function batches(): number[] {
  return plans().map(({ body }) => JSON.parse(body.toString()).files?.length ?? 1);
}

function plans(): Seen[] {
  return deployed().seen.filter(({ what }) => /^POST .uploads(.batch)?$/.test(what));
}

/** Waits until all uploads have settled. Returns the code or message of each error. */
async function outcomes(uploads: Upload[]): Promise<string[]> {
  return Promise.all(uploads.map(({ done }) => done.then(() => "stored", ({ code, message }) => code ?? message)));
}

test("files are planned together: first those whose turn it is, then the next in line", async () => {
  const all = files(250);
  const stored = await Promise.all(uploadAll(clientOf(deployed()), all).map(({ done }) => done));
  for (const [i, { key, sha256: sum }] of stored.entries()) {
    const bytes = await bytesOf(all[i]!);
    assert.deepEqual(deployed().objects.get(key), bytes);
    assert.equal(sum, sha256(bytes));
  }
  assert.equal(batches()[0], 6);
  assert.equal(deployed().planned.length, 250, "each once");
  assert.ok(batches().length < 12, `the batches have ${batches()}`);
  assert.ok(Math.max(...batches()) <= 100);
  const names = deployed().planned.map(({ filename }) => Number.parseInt(filename));
  assert.ok(names.every((name, i) => Math.abs(name - i) <= 100), "in the order of the calls");
});

test("a single file is planned by POST /uploads, and public plan() calls of the same moment together", async () => {
  const signpost = clientOf(deployed());
  await signpost.upload(randomFile(10)).done;
  const request = { filename: "a", contentType: "text/plain", size: 1 };
  deployed().refuses = ({ size }) => (size === 2 ? apiRefusal(413, "SizeTooLarge", { field: "size" }) : undefined);
  const [first, second, third] = await Promise.allSettled([1, 2, 3].map((size) => signpost.plan({ ...request, size })));
  assert.deepEqual(batches(), [1, 3]);
  assert.equal(first?.status, "fulfilled");
  assert.equal(third?.status, "fulfilled");
  assert.partialDeepStrictEqual({ ...(second as PromiseRejectedResult).reason }, { code: "SizeTooLarge", status: 413, field: "size" });
});

test("a refused file refuses no other, even if all are refused", async () => {
  const refused = apiRefusal(415, "TypeNotAllowed", { field: "contentType", allowed: ["image/*"] });
  deployed().refuses = ({ filename }) => (Number.parseInt(filename) % 5 === 0 ? refused : undefined);
  const want = Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? "TypeNotAllowed" : "stored"));
  assert.deepEqual(await outcomes(uploadAll(clientOf(deployed()), files(50))), want);
  deployed().refuses = () => refused;
  const all = uploadAll(clientOf(deployed()), files(20));
  assert.deepEqual(await outcomes(all), Array(20).fill("TypeNotAllowed"));
  await assert.rejects(all[0]!.done, { name: "ApiError", status: 415, message: "refused: TypeNotAllowed" });
});

test("a refusal of a file that waits is known before its turn", async () => {
  deployed().latency = 500;
  deployed().refuses = ({ filename }) => (filename === "9.mp4" ? apiRefusal(400, "InvalidRequest") : undefined);
  const all = uploadAll(clientOf(deployed()), files(10));
  await assert.rejects(all[9]!.done, { code: "InvalidRequest" });
  assert.equal(deployed().objects.size, 0);
  await Promise.all(all.slice(0, 9).map(({ done }) => done));
});

test("a batch that fails for a while is tried again", async () => {
  deployed().fault = (what, count) => {
    if (what !== "POST /uploads/batch") return undefined;
    return [apiRefusal(500, "Internal"), "cut" as const, apiRefusal(429, "TooManyRequests"), "lost" as const][count - 1];
  };
  const token = ({ refresh }: { refresh: boolean }) => (refresh ? "new" : "old");
  assert.deepEqual(await outcomes(uploadAll(clientOf(deployed(), { token, retry: { limit: 5, minDelay: 1, maxDelay: 4 } }), files(30))), Array(30).fill("stored"));
});

for (const [status, code] of [[500, "Internal"], [413, "BodyTooLarge"], [401, "Unauthorized"], [429, "TooManyRequests"]] as const) {
  test(`a batch that fails for good with ${status} fails each of its files, and only those`, async () => {
    deployed().fault = (what, count) => (what === "POST /uploads/batch" && count <= 4 ? apiRefusal(status, code) : undefined);
    const signpost = clientOf(deployed(), { connections: 2 });
    assert.deepEqual(await outcomes(uploadAll(signpost, files(2))), [code, code]);
    deployed().fault = () => undefined;
    assert.deepEqual(await outcomes(uploadAll(signpost, files(2))), ["stored", "stored"]);
  });
}

for (const answer of [{}, { files: [] }, { files: "x" }, { files: [null, 7] }]) {
  test(`a batch whose answer is ${JSON.stringify(answer)} is an error for each file`, async () => {
    deployed().fault = (what) => (what === "POST /uploads/batch" ? { status: 200, body: answer } : undefined);
    assert.deepEqual(await outcomes(uploadAll(clientOf(deployed()), files(2))), ["BadAnswer", "BadAnswer"]);
  });
}

test("aborting or pausing a file doesn't disturb the others of its batch", async () => {
  deployed().latency = 30;
  const all = uploadAll(clientOf(deployed()), files(40));
  while (plans().length < 2) await sleep(1);
  all[15]!.abort();
  all[20]!.abort();
  all[30]!.pause();
  const rest = all.filter((_, i) => ![15, 20, 30].includes(i));
  assert.deepEqual(await outcomes(rest), Array(37).fill("stored"));
  assert.equal(all[30]!.state, "paused");
  assert.equal(deployed().objects.size, 37);
  all[30]!.resume();
  assert.deepEqual(await outcomes([all[15]!, all[20]!, all[30]!]).then(([a, b, c]) => [typeof a, typeof b, c]), ["number", "number", "stored"]);
});

test("a batch of which all files are aborted is given up", async () => {
  deployed().fault = (what) => (what === "POST /uploads/batch" ? "cut" : undefined);
  const all = uploadAll(clientOf(deployed(), { retry: { limit: 1000, minDelay: 5, maxDelay: 5 } }), files(3));
  while (plans().length < 2) await sleep(1);
  for (const upload of all) upload.abort(new Error("enough"));
  assert.deepEqual(await outcomes(all), ["enough", "enough", "enough"]);
  const tries = plans().length;
  await sleep(50);
  assert.ok(plans().length <= tries + 1);
});

test("at most 32 MiB are planned ahead, and a file over that when its turn comes", async () => {
  const signpost = clientOf(deployed(), { connections: 1, checksum: false });
  await signpost.upload(randomFile(1)).done; // URLs are valid for ten minutes
  const MiB = 2 ** 20;
  deployed().latency = 3_000;
  const all = [1, 10, 10, 10, 10, 40].map((n) => signpost.upload(new File([new Uint8Array(n * MiB)], `${n}.bin`)));
  while (deployed().planned.length < 2 + 3) await sleep(5);
  await sleep(100);
  assert.equal(deployed().planned.length, 2 + 3);
  assert.equal(deployed().objects.size, 1, "nothing more is stored yet");
  deployed().latency = 0;
  await Promise.all(all.map(({ done }) => done));
  assert.equal(deployed().planned.length, 7);
});

test("with URLs of a short life, less is planned ahead", async () => {
  deployed().expiresIn = 12; // seconds: two files
  const signpost = clientOf(deployed(), { connections: 1 });
  await signpost.upload(randomFile(1)).done;
  deployed().latency = 3_000;
  const all = uploadAll(signpost, files(8));
  while (deployed().planned.length < 1 + 1 + 2) await sleep(5);
  await sleep(100);
  assert.equal(deployed().planned.length, 1 + 1 + 2);
  assert.equal(deployed().objects.size, 1, "nothing more is stored yet");
  deployed().latency = 0;
  await Promise.all(all.map(({ done }) => done));
});

test("files with long metadata are planned in several batches, each within the API's limit", async () => {
  const signpost = clientOf(deployed());
  const metadata = { text: "ü".repeat(1000) };
  const all = files(80).map((file) => signpost.upload(file, { metadata }));
  assert.deepEqual(await outcomes(all), Array(80).fill("stored"));
  for (const { body } of plans()) assert.ok(body.length <= 65_536, `${body.length} bytes`);
  assert.ok(batches().length >= 3);
});

test("a file whose request alone is too long is refused alone", async () => {
  deployed().refuses = ({ metadata }) => (metadata ? apiRefusal(413, "BodyTooLarge") : undefined);
  const signpost = clientOf(deployed());
  const all = files(3).map((file, i) => signpost.upload(file, i === 1 ? { metadata: { text: "x".repeat(70_000) } } : {}));
  assert.deepEqual(await outcomes(all), ["stored", "BodyTooLarge", "stored"]);
});

test("a file that takes long to hash doesn't hold up the others", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const checksum = async (piece: Blob) => {
    if (piece.size === 99) await released;
    return sha256(Buffer.from(await piece.arrayBuffer()));
  };
  const signpost = clientOf(deployed(), { checksum });
  const slow = signpost.upload(randomFile(99));
  assert.deepEqual(await outcomes(uploadAll(signpost, files(5))), Array(5).fill("stored"));
  release();
  await slow.done;
});

test("files that are added while others are sent are stored as well", async () => {
  deployed().latency = 5;
  const signpost = clientOf(deployed());
  const all: Upload[] = [];
  for (let i = 0; i < 20; i++) {
    all.push(...uploadAll(signpost, files(7)));
    await sleep(i % 4);
  }
  assert.deepEqual(await outcomes(all), Array(140).fill("stored"));
  assert.equal(deployed().objects.size, 140);
});
