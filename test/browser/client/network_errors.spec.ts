// The reasons that the client gives when there is no response.
import { join } from "node:path";
import { expect } from "@playwright/test";
import { build } from "esbuild";
import { project } from "../local_run/build";
import { makeFile, smallThreshold, test } from "./client_fixtures";
import type { Fault, FaultProxy } from "../fault_proxy/fault_proxy";
import type { LocalRun } from "../local_run/local_run";

const throttled: Fault = { kind: "answer", status: 429, body: '{"error": {"code": "TooManyRequests", "message": "busy"}}' };

test("a connection that is cut again and again is not reported as CORS", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  const file = await makeFile(folder, "cut.mp4", 4 << 20);
  faultProxy.injectFault("PutObject", { kind: "cut", after: 1 << 20 }, { times: 5 });
  await client.expectStored(await client.upload(file), file);
});

test("a part without a response is not reported as CORS, because S3 has responded before", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const client = await openClient(run);
  await client.configure({ retry: { limit: 5 } });
  const file = await makeFile(folder, "refused.mp4", 6 << 20);
  faultProxy.injectFault("UploadPart", { kind: "refuse" }, { times: 1000 });
  const { error } = await client.waitForState(await client.upload(file), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "NetworkError" });
});

test("an API that answers preflights with 429 is not reported as CORS", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  const file = await makeFile(folder, "throttled.txt", 10);
  const injected = faultProxy.injectFault("OPTIONS", throttled, { times: 6 });
  await client.expectStored(await client.upload(file), file);
  expect(injected.count).toBe(6);
});

test("a bucket without CORS rules is reported as CORS, after all tries", async ({ run, faultProxy, folder, openClient }) => {
  const client = await openClient(run);
  await client.configure({ retry: { limit: 3 } });
  const file = await makeFile(folder, "no rules.txt", 10);
  // Without CORS rules, preflights are refused and responses have no CORS headers.
  const s3 = new URL(run.outputs.Local.S3Endpoint).host;
  faultProxy.dropsHeader = (host, header) => host === s3 && header.startsWith("access-control-");
  const { error } = await client.waitForState(await client.upload(file), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "CORS" });
  expect(error?.message).toContain(`AllowedOrigins must list ${new URL(run.outputs.Local.PageUrl).origin}`);
});

test("other code that adds a header to S3 requests is reported as a possible reason, after all tries", async ({ run, folder, openClient }) => {
  const client = await openClient(run);
  await client.configure({ retry: { limit: 3 } });
  await client.page.evaluate(() => {
    const real = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
      this.setRequestHeader("traceparent", "00-1-1-00");
      real.call(this, body);
    };
  });
  const { error } = await client.waitForState(await client.upload(await makeFile(folder, "traced.txt", 10)), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "CORS" });
  expect(error?.message).toContain("no other code may add headers");
});

test("without the exposed ETag, a whole file is stored, and the error for parts says what is missing", async ({ editedRun, faultProxy, folder, openClient }) => {
  const run = await editedRun(smallThreshold);
  const client = await openClient(run);
  await client.configure({ retry: { limit: 3 } });
  const s3 = new URL(run.outputs.Local.S3Endpoint).host;
  faultProxy.dropsHeader = (host, header) => host === s3 && header === "access-control-expose-headers";
  const whole = await makeFile(folder, "whole.txt", 10);
  const { object } = await client.expectStored(await client.upload(whole), whole);
  expect(object?.etag).toBeUndefined();
  const { error } = await client.waitForState(await client.upload(await makeFile(folder, "parts.mp4", 6 << 20)), "failed");
  expect(error?.cause).toContain("CORS rules expose no ETag");
});

test("a frozen page whose connections are closed continues when it is active again", async ({ editedRun, faultProxy, folder, openClient, context }) => {
  const run = await editedRun(smallThreshold);
  const client = await openClient(run);
  const file = await makeFile(folder, "asleep.mp4", 33 << 20);
  faultProxy.bandwidth = 8 << 20; // bytes a second
  const upload = await client.upload(file);
  await client.waitUntil(upload, ({ progress }) => progress.sent > 0, "bytes sent");
  const devtools = await context.newCDPSession(client.page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  faultProxy.closeConnections();
  faultProxy.bandwidth = 0;
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await client.expectStored(upload, file);
});

test("the error in a sandboxed frame has the origin null", async ({ run, faultProxy, folder, openClient, context }) => {
  const script = faultProxy.pages.get("/client_page/main.js")?.text ?? "";
  const html = faultProxy.pages.get("/client_page/")?.text ?? "";
  const standalone = html.replace(' src="main.js">', () => `>${script.replaceAll("</script", "<\\/script")}`);
  faultProxy.pages.set("/client_page/alone.html", { type: "text/html", text: standalone });
  const frame = { type: "text/html", text: '<iframe sandbox="allow-scripts" src="alone.html"></iframe>' };
  faultProxy.pages.set("/client_page/sandbox.html", frame);
  const client = await openClient(run);
  const { apiUrl, token } = await client.requiredSettings();
  const page = await context.newPage();
  await page.goto(new URL("/client_page/sandbox.html", client.page.url()).href);
  const inside = page.frame({ url: /alone/ })!;
  await inside.waitForFunction(() => window.driver !== undefined);
  await inside.evaluate((settings) => window.driver.configure(settings), { apiUrl, token, retry: { minDelay: 10, maxDelay: 50 } });
  await inside.getByLabel("Files").setInputFiles((await makeFile(folder, "framed.txt", 10)).path);
  await inside.evaluate(() => window.driver.upload());
  await expect.poll(() => inside.evaluate(() => window.driver.snapshot(0).error?.code)).toBe("CORS");
  const message = await inside.evaluate(() => window.driver.snapshot(0).error?.message);
  expect(message).toContain("AllowedOrigins must list null");
});

test("a Content-Security-Policy without the bucket is reported as CSP, after one try", async ({ run, faultProxy, folder, openClient }) => {
  forbidS3(faultProxy, run);
  const client = await openClient(run);
  await client.configure({ retry: { minDelay: 10_000, maxDelay: 10_000 } });
  const file = await makeFile(folder, "forbidden.txt", 10);
  const { error } = await client.waitForState(await client.upload(file), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "CSP" });
  expect(error?.message).toContain(`connect-src must list ${run.outputs.Local.S3Endpoint.replace(/\/$/, "")}`);
  expect(faultProxy.requestsFor("PutObject")).toHaveLength(0);
});

test("it is reported as CSP in a worker too", async ({ run, faultProxy, openClient }) => {
  forbidS3(faultProxy, run);
  const client = await openClient(run);
  const { outputFiles } = await build({
    entryPoints: [join(project, "test/browser/client/test_page/worker.ts")],
    ...{ bundle: true, write: false, format: "iife", conditions: ["signpost-source"] },
  });
  const settings = { ...(await client.requiredSettings()), script: outputFiles[0]?.text ?? "" };
  const code = await client.page.evaluate(
    ({ script, ...rest }) =>
      new Promise((resolve) => {
        // A worker from a blob has the page's policy.
        const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve(message);
        worker.postMessage(rest);
      }),
    settings,
  );
  expect(code).toBe("CSP");
});

/** Gives the client's page a policy that allows requests to the API only. */
function forbidS3(faultProxy: FaultProxy, run: LocalRun): void {
  const policy = `<meta http-equiv="Content-Security-Policy" content="connect-src ${new URL(run.outputs.ApiUrl).origin}">`;
  const html = faultProxy.pages.get("/client_page/")?.text ?? "";
  faultProxy.pages.set("/client_page/", { type: "text/html", text: html.replace("<head>", `<head>${policy}`) });
}
