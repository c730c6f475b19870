// The deployment's limits, and the kinds of upload.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiError } from "../src/index.ts";
import { apiRefusal } from "./deployment.ts";
import { bytesOf, clientOf, inParts, MemoryStorage, quick, randomFile, size26, withDeployment } from "./fixture.ts";

const deployed = withDeployment();

test("limits are asked for once, by callers at the same time and later, and again after forget()", async () => {
  const signpost = clientOf(deployed());
  const [limits] = await Promise.all([signpost.limits(), signpost.limits(), signpost.upload(randomFile(10)).done]);
  assert.equal(limits.kinds[0]?.multipartThreshold, deployed().threshold);
  assert.equal(await signpost.limits(), limits);
  assert.equal(deployed().count("GET /limits"), 1);
  signpost.forget();
  assert.notEqual(await signpost.limits(), limits);
  assert.equal(deployed().count("GET /limits"), 2);
});

test("limits are asked for again after five minutes", async (t) => {
  const signpost = clientOf(deployed());
  await signpost.limits();
  const start = Date.now();
  let later = 299_000;
  t.mock.method(Date, "now", () => start + later);
  await signpost.limits();
  assert.equal(deployed().count("GET /limits"), 1);
  later = 301_000;
  await signpost.limits();
  assert.equal(deployed().count("GET /limits"), 2);
});

test("a GET has no body, and is tried again and with a new token, as other calls", async () => {
  const token = ({ refresh }: { refresh: boolean }) => (refresh ? "new" : "old");
  deployed().fault = (_what, count) => (count === 1 ? "cut" : count === 2 ? apiRefusal(401, "Unauthorized") : undefined);
  await clientOf(deployed(), { token }).limits();
  assert.deepEqual(deployed().seen.map(({ headers, body }) => [headers.authorization, headers["content-type"], body.length]), [
    ["old", undefined, 0],
    ["old", undefined, 0],
    ["new", undefined, 0],
  ]);
});

test("a failure is not kept", async () => {
  const signpost = clientOf(deployed());
  deployed().fault = () => apiRefusal(403, "Forbidden");
  await assert.rejects(signpost.limits(), { name: "ApiError", code: "Forbidden", method: "GET" });
  await assert.rejects(signpost.upload(randomFile(10)).done, { code: "Forbidden" });
  deployed().fault = () => undefined;
  await signpost.upload(randomFile(10)).done;
  assert.equal(deployed().count("GET /limits"), 3);
});

test("a deployment without the route is an error that names it", async () => {
  deployed().fault = (what) => (what === "GET /limits" ? apiRefusal(404, "NotFound") : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, {
    name: "ApiError",
    code: "NotFound",
    url: `${deployed().apiUrl}/limits`,
  });
});

test("who stops waiting for the limits stops nobody else, and the last one stops the request", async () => {
  const signpost = clientOf(deployed(), { retry: { ...quick, limit: 1000, minDelay: 20 } });
  deployed().fault = () => "cut";
  const abort = new AbortController();
  const aborted = signpost.limits({ signal: abort.signal });
  const upload = signpost.upload(randomFile(10));
  abort.abort(new Error("enough"));
  await assert.rejects(aborted, /enough/);
  upload.abort();
  await assert.rejects(upload.done, { name: "AbortError" });
  deployed().fault = () => undefined;
  await signpost.limits();
  const aborting = AbortSignal.abort(new Error("before"));
  await assert.rejects(signpost.limits({ signal: aborting }), /before/);
});

test("a file is planned as its kind", async () => {
  deployed().kinds = [{}, { kind: "film", multipartThreshold: 5_000 }, { kind: "still", multipartThreshold: null }];
  deployed().threshold = 5_000;
  const signpost = clientOf(deployed());
  await signpost.upload(randomFile(4_000), { kind: "film" }).done;
  assert.equal(deployed().planned[0]?.kind, "film");
  assert.ok(deployed().planned[0]?.sha256);
  await signpost.upload(randomFile(6_000), { kind: "film" }).done;
  assert.equal(deployed().planned[1]?.sha256, undefined);
  deployed().threshold = Infinity;
  await signpost.upload(randomFile(6_000), { kind: "still" }).done;
  assert.ok(deployed().planned[2]?.sha256);
});

test("an unfinished upload isn't continued as another kind", async () => {
  Object.assign(deployed(), inParts);
  deployed().kinds = [{}, { kind: "film" }];
  const storage = new MemoryStorage();
  const newPage = () => clientOf(deployed(), { storage, retry: { ...quick, limit: 0 } });
  deployed().fault = (what) => (what === "PUT part 12" ? "cut" : undefined);
  const file = randomFile(size26);
  await assert.rejects(newPage().upload(file, { kind: "film" }).done);
  deployed().fault = () => undefined;
  assert.equal((await newPage().upload(file).done).resumed, false);
  const { resumed, key } = await newPage().upload(file, { kind: "film" }).done;
  assert.equal(resumed, true);
  assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
});

for (const kind of ["unknown", "another-group", ""]) {
  test(`what is wrong with the kind "${kind}" is for the API to say`, async () => {
    deployed().refuses = (asked) => (asked.kind === kind ? apiRefusal(403, "Forbidden", { field: "kind" }) : undefined);
    await assert.rejects(clientOf(deployed()).upload(randomFile(10), { kind }).done, { code: "Forbidden", field: "kind" });
    assert.equal(deployed().planned[0]?.sha256, undefined, "it isn't hashed");
  });
}

for (const [title, options, want] of [
  ["too large", {}, { code: "SizeTooLarge", status: 413, field: "size", limit: 10, message: "size 11 is over this deployment's limit of 10 bytes" }],
  ["too large for its kind", { kind: "still" }, { code: "SizeTooLarge", limit: 9, message: "size 11 is over the limit of 9 bytes for still" }],
  [
    "without required metadata",
    { kind: "contract", metadata: { Author: "me" } },
    {
      code: "InvalidRequest",
      status: 400,
      field: "metadata",
      message: 'metadata lacks case; every file of the kind "contract" must have author, case',
    },
  ],
] as const) {
  test(`a file ${title} is refused before it is planned, by limits that are not old`, async () => {
    deployed().kinds = [{ maxSize: 20 }, { kind: "still" }, { kind: "contract" }];
    const signpost = clientOf(deployed());
    await signpost.limits();
    deployed().kinds = [{ maxSize: 10 }, { kind: "still", maxSize: 9 }, { kind: "contract", requiredMetadata: ["author", "case"] }];
    signpost.forget();
    const refused = async () => {
      const error = await signpost.upload(randomFile(11), options).done.then(() => undefined, (error: ApiError) => error);
      assert.ok(error);
      assert.equal(error.name, "ApiError");
      assert.partialDeepStrictEqual({ ...error, message: error.message }, want);
    };
    await refused();
    assert.equal(deployed().planned.length, 0);
    // A new deployment allows it.
    deployed().kinds = [{}, { kind: "still" }, { kind: "contract" }];
    await new Promise((resolve) => setTimeout(resolve, 2));
    await signpost.upload(randomFile(11), options).done;
  });
}

test("a threshold that has changed since the limits were asked for costs one more plan", async () => {
  for (const [before, now] of [[100_000, 5_000], [5_000, 100_000]] as const) {
    deployed().threshold = before;
    const signpost = clientOf(deployed());
    await signpost.limits();
    await new Promise((resolve) => setTimeout(resolve, 2));
    deployed().threshold = now;
    const file = randomFile(6_000);
    const plans = deployed().planned.length;
    const { key, sha256 } = await signpost.upload(file).done;
    assert.deepEqual(deployed().objects.get(key), await bytesOf(file));
    assert.equal(sha256 !== undefined, now === 100_000);
    assert.equal(deployed().planned.length - plans, 2);
    await signpost.upload(file).done;
    assert.equal(deployed().planned.length - plans, 3);
  }
});
