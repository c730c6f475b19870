// Whatever a server answers, waits stay within the client's limits, lists and loops end, and memory
// is bounded.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ApiError } from "../src/index.ts";
import { apiRefusal, s3Refusal, type Fault } from "./deployment.ts";
import { bytesOf, clientOf, inParts, MemoryStorage, quick, randomFile, size26, withDeployment } from "./fixture.ts";

const deployed = withDeployment();
const request = { filename: "a.txt", contentType: "text/plain", size: 1 };

/** Records the ms of each timer, and lets all timers fire at once. */
function waitsOf(t: TestContext): number[] {
  const waits: number[] = [];
  const real = setTimeout;
  t.mock.method(globalThis, "setTimeout", (work: () => void, ms = 0, ...more: unknown[]) => {
    if (more.length > 0) return real(work, ms, ...(more as [])); // Node's own
    waits.push(ms);
    return real(work, 0);
  });
  return waits;
}

for (const value of ["2147484", "3600", "-5", "1e999", "nonsense", "Fri, 31 Dec 2066 23:59:59 GMT", "0x7fffffff"]) {
  test(`Retry-After: ${value}: every wait is within maxDelay`, async (t) => {
    deployed().fault = () => ({ status: 429, headers: { "Retry-After": value }, body: "{}" });
    const waits = waitsOf(t);
    const retry = { limit: 4, minDelay: 2_000, maxDelay: 20_000 };
    await assert.rejects(clientOf(deployed(), { retry }).plan(request), { status: 429 });
    assert.equal(deployed().count("POST /uploads"), 5);
    const long = waits.filter((ms) => ms >= 1_000);
    assert.equal(long.length, 4, `the waits are ${waits}`);
    assert.ok(waits.every((ms) => ms <= 20_000), `the waits are ${waits}`);
  });
}

test("Retry-After is respected", async (t) => {
  deployed().fault = (_what, count) => (count === 1 ? { status: 429, headers: { "Retry-After": "7" }, body: "{}" } : undefined);
  const waits = waitsOf(t);
  await clientOf(deployed(), { retry: { ...quick, maxDelay: 20_000 } }).plan(request);
  assert.ok(waits.includes(7_000), `the waits are ${waits}`);
});

test("a delay longer than a timer can run is not skipped", async (t) => {
  deployed().fault = (_what, count) => (count === 1 ? apiRefusal(503, "Internal") : undefined);
  const waits = waitsOf(t);
  await clientOf(deployed(), { retry: { limit: 1, minDelay: 2 ** 40, maxDelay: Infinity } }).plan(request);
  assert.ok(waits.includes(2 ** 31 - 1), `the waits are ${waits}`);
});

const listPage = (more: string, parts = "") =>
  ({ status: 200, body: `<ListPartsResult><IsTruncated>true</IsTruncated>${more}${parts}</ListPartsResult>` }) satisfies Fault;
const onePart = "<Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>1000</Size></Part>";

for (const [what, list] of [
  ["stays at its start", listPage("<NextPartNumberMarker>0</NextPartNumberMarker>")],
  ["repeats its marker", listPage("<NextPartNumberMarker>1</NextPartNumberMarker>", onePart)],
  ["has no marker", listPage("", onePart)],
  ["has a marker that is not a number", listPage("<NextPartNumberMarker>x</NextPartNumberMarker>", onePart)],
  ["announces more parts, but has none", listPage("<NextPartNumberMarker>9999</NextPartNumberMarker>")],
  ["doesn't close its elements", listPage("", "<Part>".repeat(500_000))],
  [
    "has impossible parts",
    listPage("", `<Part><PartNumber>-1</PartNumber><Size>0</Size></Part><Part><PartNumber>x</PartNumber></Part>${onePart.replace(">1<", ">99999<")}`),
  ],
] as const) {
  test(`a list that ${what} ends, and the file is stored`, async () => {
    Object.assign(deployed(), inParts);
    const storage = new MemoryStorage();
    const newPage = () => clientOf(deployed(), { storage, checksum: false, retry: { ...quick, limit: 0 } });
    deployed().fault = (seen) => (seen === "PUT part 12" ? "cut" : undefined);
    const file = randomFile(size26);
    await assert.rejects(newPage().upload(file).done, { code: "NetworkError" });
    deployed().fault = (seen) => (seen === "GET list" ? list : undefined);
    const { key } = await newPage().upload(file).done;
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
    assert.ok(deployed().count("GET list") < 4);
  });
}

for (const multipart of [
  { partSize: 0, partCount: 7 },
  { partSize: 1_000, partCount: 1e9 },
  { partSize: -1, partCount: 7 },
  { partSize: 1, partCount: 25_500 },
  { partSize: "x", partCount: null },
]) {
  test(`a plan whose parts don't make up the file is an error: ${JSON.stringify(multipart)}`, async () => {
    const headers = {};
    const plan = { key: "k", method: "POST", url: `${deployed().apiUrl}/k?uploads=`, headers, multipart, expiresIn: 600 };
    deployed().fault = (what) => (what === "POST /uploads" ? { status: 201, body: plan } : undefined);
    const { done } = clientOf(deployed(), { checksum: false }).upload(randomFile(size26));
    await assert.rejects(done, { name: "SignpostError", code: "BadAnswer" });
  });
}

for (const body of [{}, { url: "uploads/x", headers: {} }, { url: "javascript:0", headers: {} }]) {
  test(`a plan without an http URL is an error: ${JSON.stringify(body)}`, async () => {
    deployed().fault = (what) => (what === "POST /uploads" ? { status: 201, body } : undefined);
    const { done } = clientOf(deployed()).upload(randomFile(10));
    await assert.rejects(done, { name: "SignpostError", code: "BadAnswer" });
  });
}

test("an impossible record is ignored", async () => {
  Object.assign(deployed(), inParts);
  for (const record of [{}, { key: "k", uploadId: "u", partSize: 1e-9, partCount: 1e9, parts: {} }, [], 7, null]) {
    const storage = new MemoryStorage();
    storage.getItem = () => JSON.stringify(record);
    const { resumed } = await clientOf(deployed(), { storage }).upload(randomFile(size26)).done;
    assert.equal(resumed, false);
  }
});

test("a 200 without a JSON object counts as no answer", async () => {
  for (const body of ["null", "7", '"x"', "", "<html>"]) {
    deployed().fault = (_what, count) => (count <= 2 ? { status: 200, body } : undefined);
    await clientOf(deployed()).plan(request);
  }
});

/** Makes S3's answers endless. Returns how many bytes were sent. */
function endless(t: TestContext, status: number) {
  const real = globalThis.fetch;
  let sent = 0;
  t.mock.method(globalThis, "fetch", async (url: string, init?: RequestInit) => {
    const response = await real(url, init);
    if (!String(url).includes("/uploads/me/")) return response;
    await response.body?.cancel();
    const pull = (to: ReadableStreamDefaultController) => {
      sent += 65_536;
      to.enqueue(new Uint8Array(65_536).fill(32));
    };
    return new Response(new ReadableStream({ pull }), { status });
  });
  return () => sent;
}

for (const status of [200, 400, 503]) {
  test(`an endless answer with status ${status} is not read into memory`, async (t) => {
    const sent = endless(t, status);
    await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, { name: "NetworkError" });
    assert.ok(sent() < (1 + quick.limit) * 6 * 2 ** 20, `${sent()} bytes were read`);
  });
}

test("long messages of S3 and the API are shortened", async () => {
  deployed().fault = (what) => (what === "PUT object" ? s3Refusal(403, "AccessDenied", "x ".repeat(500_000)) : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, (error: Error) => error.message.length < 2_000);
  deployed().fault = () => apiRefusal(400, "InvalidRequest", { message: "x ".repeat(500_000) });
  await assert.rejects(clientOf(deployed()).plan(request), (error: Error) => error.message.length < 2_000);
});

test("a refused SHA-256 is an ApiError, and later files are planned as usual", async () => {
  let sums = 0;
  const checksum = async () => (++sums === 1 ? "wrong" : "right");
  const uploads = clientOf(deployed(), { checksum });
  const refused = apiRefusal(400, "InvalidRequest", { field: "sha256" });
  deployed().fault = (what) => {
    const asked = deployed().seen.at(-1)?.body.toString() ?? "";
    return what === "POST /uploads" && asked.includes('"wrong"') ? refused : undefined;
  };
  await assert.rejects(uploads.upload(randomFile(10)).done, (error: ApiError) => {
    return error instanceof ApiError && error.field === "sha256";
  });
  const before = deployed().count("POST /uploads");
  await uploads.upload(randomFile(10)).done;
  await uploads.upload(randomFile(20)).done;
  assert.equal(deployed().count("POST /uploads") - before, 2, "one plan each");
});
