import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, NetworkError, SignpostError } from "../src/index.ts";
import { apiRefusal, type Fault } from "./deployment.ts";
import { clientOf, quick, randomFile, withDeployment } from "./fixture.ts";

const deployed = withDeployment();
const request = { filename: "a.txt", contentType: "text/plain", size: 1 };

test("the token and the request are sent unchanged", async () => {
  const plan = await clientOf(deployed()).plan(request);
  assert.match(plan.key, /^uploads\//);
  const [seen] = deployed().seen;
  assert.equal(seen?.headers.authorization, "token");
  assert.equal(seen?.headers["content-type"], "application/json");
  assert.deepEqual(JSON.parse(seen?.body.toString() ?? ""), request);
});

test("a refused token is renewed, once", async () => {
  const asked: boolean[] = [];
  const token = ({ refresh }: { refresh: boolean }) => {
    asked.push(refresh);
    return refresh ? "new" : "old";
  };
  deployed().fault = () => (deployed().seen.at(-1)?.headers.authorization === "old" ? apiRefusal(401, "Unauthorized") : undefined);
  await clientOf(deployed(), { token }).plan(request);
  assert.deepEqual(asked, [false, true]);

  deployed().fault = () => apiRefusal(401, "Unauthorized");
  await assert.rejects(clientOf(deployed(), { token }).plan(request), { name: "ApiError", code: "Unauthorized", status: 401 });
  assert.deepEqual(asked, [false, true, false, true]);
});

test("ten requests that are refused together ask for one new token, and all succeed", async () => {
  let token = "old";
  let refreshes = 0;
  const source = async ({ refresh }: { refresh: boolean }) => {
    await sleep(20);
    // A refresh token can be used once.
    if (refresh && ++refreshes > 1) throw new Error("the refresh token has been used");
    if (refresh) token = "new";
    return token;
  };
  deployed().fault = () => (deployed().seen.at(-1)?.headers.authorization === "old" ? apiRefusal(401, "Unauthorized") : undefined);
  const uploads = clientOf(deployed(), { token: source, connections: 10 });
  await Promise.all(Array.from({ length: 10 }, (_, i) => uploads.upload(randomFile(10 + i)).done));
  assert.equal(deployed().objects.size, 10);
  assert.equal(refreshes, 1);
});

test("a failed renewal is repeated by the next request", async () => {
  let refreshes = 0;
  const token = ({ refresh }: { refresh: boolean }) => {
    if (refresh && ++refreshes === 1) throw new Error("no network");
    return refresh ? "new" : "old";
  };
  deployed().fault = () => (deployed().seen.at(-1)?.headers.authorization === "old" ? apiRefusal(401, "Unauthorized") : undefined);
  const uploads = clientOf(deployed(), { token });
  await assert.rejects(uploads.plan(request), /no network/);
  await uploads.plan(request);
  assert.equal(refreshes, 2);
});

test("an error of the token source is passed on", async () => {
  const token = () => Promise.reject(new Error("signed out"));
  await assert.rejects(clientOf(deployed(), { token }).upload(randomFile(1)).done, /signed out/);
});

test("an ApiError has the API's code, message, field, problems and request id", async () => {
  const problems = [
    { code: "InvalidRequest" as const, message: "size must not be negative", field: "size" },
    { code: "InvalidRequest" as const, message: "filename is required", field: "filename" },
  ];
  deployed().fault = () => apiRefusal(400, "InvalidRequest", { field: "size", problems });
  await assert.rejects(clientOf(deployed()).plan(request), (error: ApiError) => {
    assert.ok(error instanceof ApiError && error instanceof SignpostError);
    const { code, message, field, requestId, status, method } = error;
    assert.deepEqual({ code, field, requestId, status, method }, {
      code: "InvalidRequest",
      field: "size",
      requestId: "A1",
      status: 400,
      method: "POST",
    });
    assert.equal(message, "refused: InvalidRequest");
    assert.deepEqual(error.problems, problems);
    assert.equal(error.retryable, false);
    return true;
  });
  assert.equal(deployed().count("POST /uploads"), 1, "a refusal is not retried");
});

test("temporary failures are retried, up to the limit", async () => {
  const faults: (Fault | undefined)[] = ["cut", { status: 503, body: "busy" }, apiRefusal(500, "Internal"), undefined];
  deployed().fault = (_, count) => faults[count - 1];
  await clientOf(deployed()).plan(request);
  assert.equal(deployed().count("POST /uploads"), 4);

  deployed().fault = () => ({ status: 502, body: "<html>" });
  await assert.rejects(clientOf(deployed()).plan(request), { name: "ApiError", code: "HTTP 502" });
  assert.equal(deployed().count("POST /uploads"), 4 + 1 + quick.limit);
});

test("an incomplete refusal counts as no answer", async () => {
  deployed().fault = (_, count) => (count === 1 ? { status: 400, body: { error: { code: "InvalidRequest" } }, isCut: true } : undefined);
  await clientOf(deployed()).plan(request);
  assert.equal(deployed().count("POST /uploads"), 2);
});

test("an ApiError has the limit or the allowed values", async () => {
  deployed().fault = () => apiRefusal(413, "SizeTooLarge", { field: "size", limit: 5_368_709_120 });
  await assert.rejects(clientOf(deployed()).plan(request), { code: "SizeTooLarge", limit: 5_368_709_120 });
  deployed().fault = () => apiRefusal(415, "TypeNotAllowed", { field: "contentType", allowed: ["image/*"] });
  await assert.rejects(clientOf(deployed()).plan(request), (error: ApiError) => {
    assert.deepEqual(error.allowed, ["image/*"]);
    return true;
  });
});

test("no answer at all is a NetworkError", async () => {
  deployed().fault = () => "cut";
  await assert.rejects(clientOf(deployed()).plan(request), (error: NetworkError) => {
    assert.ok(error instanceof NetworkError);
    assert.equal(error.code, "NetworkError");
    assert.equal(error.url, `${deployed().apiUrl}/uploads`);
    return true;
  });
});

test("aborting ends a wait", async () => {
  deployed().fault = () => ({ status: 429, headers: { "Retry-After": "3600" }, body: "{}" });
  const signal = AbortSignal.timeout(50);
  await assert.rejects(clientOf(deployed(), { retry: { maxDelay: 60_000 } }).plan(request, { signal }), { name: "TimeoutError" });
});

test("download() sends the key and the options", async () => {
  deployed().fault = () => ({ status: 200, body: { method: "GET", url: "https://s3/", headers: {}, expiresIn: 600 } });
  const { method } = await clientOf(deployed()).download("uploads/me/1/a", { disposition: "inline", filename: "ä", signal: AbortSignal.any([]) });
  assert.equal(method, "GET");
  assert.deepEqual(JSON.parse(deployed().seen[0]?.body.toString() ?? ""), { key: "uploads/me/1/a", disposition: "inline", filename: "ä" });
});
