// No error, message or cause contains a signature or a token, even if a server quotes it.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test, type TestContext } from "node:test";
import { S3Error, SignpostError } from "../src/index.ts";
import { apiRefusal, type Fault } from "./deployment.ts";
import { clientOf, randomFile, withDeployment } from "./fixture.ts";

const deployed = withDeployment();
const signature = "5d41402abc4b2a76b9719d911017c592fa4e5d41402abc4b2a76b9719d911017";
const credential = "ASIAEXAMPLEEXAMPLE12/20261126/eu-west-1/s3/aws4_request";
const session = "FwoGZXIvYXdzEBYaD+/qO0xSmB2mZ0h8/w==";
const query = new URLSearchParams({
  "X-Amz-Credential": credential,
  "X-Amz-Security-Token": session,
  "X-Amz-Signature": signature,
}).toString();
const secret = /5d41402abc4b|ASIAEXAMPLE|FwoGZXIv|X-Amz/;

/** A plan whose URL has the query above. */
function signed(): Fault {
  const url = `${new URL(deployed().apiUrl).origin}/uploads/me/1/a?${query}`;
  return { status: 201, body: { key: "uploads/me/1/a", method: "PUT", url, headers: {}, expiresIn: 600 } };
}

/** Everything that can be read from an error and its causes. */
function shown(error: unknown): string {
  const deep = [];
  for (let e: any = error; e; e = e.cause) deep.push(String(e), e.stack, JSON.stringify(e), ...Object.values(e).map(String));
  return [...deep, inspect(error, { depth: 9, showHidden: true })].join("\n");
}

const escaped = query.replaceAll("&", "&amp;");
for (const [what, message] of [
  ["the query", `no access to /uploads/me/1/a?${escaped}`],
  ["the signature alone", `the signature ${signature} does not match`],
  ["the signature in quotation marks", `signature='${signature}', credential="${credential}"`],
  ["the token without its URL encoding", `the token ${session} has expired`],
  ["the canonical query", query.split("&").join("\n")],
  ["the query after a long text", `${"x ".repeat(420)}${escaped} ${"y ".repeat(9_000)}`],
] as const) {
  test(`S3 quotes ${what} in its message`, async () => {
    const body =
      `<Error><Code>SignatureDoesNotMatch</Code><Message>${message}</Message><StringToSign>AWS4 ${escaped}</StringToSign>` +
      `<CanonicalRequest>PUT ${escaped}</CanonicalRequest><RequestId>R1</RequestId></Error>`;
    deployed().fault = (seen) => (seen === "POST /uploads" ? signed() : seen === "PUT object" ? { status: 403, body } : undefined);
    await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, (error) => {
      assert.ok(error instanceof S3Error && error.code === "SignatureDoesNotMatch" && error.requestId === "R1");
      assert.doesNotMatch(shown(error), secret);
      return true;
    });
  });
}

test("S3 quotes it in a code and a request id", async () => {
  const body = `<Error><Code>${escaped}</Code><Message>no</Message><RequestId>${signature}</RequestId></Error>`;
  deployed().fault = (seen) => (seen === "POST /uploads" ? signed() : seen === "PUT object" ? { status: 403, body } : undefined);
  await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, (error) => {
    assert.doesNotMatch(shown(error), secret);
    return true;
  });
});

/** Makes fetch() fail as if other code had wrapped it. */
function wrapFetch(t: TestContext, only: string): void {
  const real = globalThis.fetch;
  t.mock.method(globalThis, "fetch", async (url: string, init?: RequestInit) => {
    if (!String(url).includes(only)) return real(url, init);
    const cause = Object.assign(new Error(`connect to ${url}`), { request: init, url });
    throw Object.assign(new TypeError(`failed to fetch ${url} with ${JSON.stringify(init?.headers)}`, { cause }), { url });
  });
}

test("fetch fails with the URL in its message", async (t) => {
  deployed().fault = (seen) => (seen === "POST /uploads" ? signed() : undefined);
  wrapFetch(t, "/uploads/me/");
  await assert.rejects(clientOf(deployed()).upload(randomFile(10)).done, (error: SignpostError) => {
    assert.equal(error.code, "NetworkError");
    assert.match(String(error.cause), /failed to fetch/);
    assert.doesNotMatch(shown(error), secret);
    return true;
  });
});

test("the API, or a proxy, quotes the token", async () => {
  const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";
  const message = `'${token}' not a valid key=value pair (missing equal-sign) in Authorization header`;
  deployed().fault = () => apiRefusal(403, "Forbidden", { message });
  await assert.rejects(clientOf(deployed(), { token: () => token }).upload(randomFile(1)).done, (error) => {
    assert.match(String(error), /not a valid key=value pair/);
    assert.doesNotMatch(shown(error), /eyJ/);
    return true;
  });
});
