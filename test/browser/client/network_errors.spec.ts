// What is told as the reason for no answer rests on what was seen.
import { join } from "node:path";
import { expect } from "@playwright/test";
import { build } from "esbuild";
import { project } from "../local_run/build";
import { makeFile, smallThreshold, test } from "./client_fixtures";
import type { Fault, FaultProxy } from "../fault_proxy/fault_proxy";
import type { LocalRun } from "../local_run/local_run";

const throttled: Fault = { kind: "answer", status: 429, body: '{"error": {"code": "TooManyRequests", "message": "busy"}}' };

test("bytes have moved: a line that is cut again and again is no CORS", async ({ run, line, folder, open }) => {
  const client = await open(run);
  const file = await makeFile(folder, "cut.mp4", 4 << 20);
  line.catch("PutObject", { kind: "cut", after: 1 << 20 }, { times: 5 });
  await client.stores(await client.upload(file), file);
});

test("S3 has answered before: a part without an answer is no CORS", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const client = await open(run);
  await client.setUp({ retry: { limit: 5 } });
  const file = await makeFile(folder, "refused.mp4", 17 << 20);
  line.catch("UploadPart", { kind: "refuse" }, { times: 1000 });
  const { error } = await client.reaches(await client.upload(file), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "NetworkError" });
});

test("a busy API answers most preflights with 429: new visitors are no strangers", async ({ run, line, folder, open, context }) => {
  for (let visitor = 1; visitor <= 4; visitor++) {
    const client = await open(run, { page: await context.newPage() });
    const file = await makeFile(folder, `visitor ${visitor}.txt`, 10);
    const trap = line.catch("OPTIONS", throttled, { times: 6 });
    await client.stores(await client.upload(file), file);
    expect(trap.caught).toBe(6);
  }
});

test("the bucket lets nobody in: told as that after all tries", async ({ run, line, folder, open }) => {
  const client = await open(run);
  await client.setUp({ retry: { limit: 3 } });
  const file = await makeFile(folder, "no rules.txt", 10);
  // A bucket without CORS rules: preflights are refused, and answers have no header.
  const s3 = new URL(run.outputs.Local.S3Endpoint).host;
  line.loses = (host, header) => host === s3 && header.startsWith("access-control-");
  const { error } = await client.reaches(await client.upload(file), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "CORS" });
  expect(error?.message).toContain(`AllowedOrigins must list ${new URL(run.outputs.Local.PageUrl).origin}`);
});

test("other code adds a header to what goes to S3: told as what may be, after all tries", async ({ run, folder, open }) => {
  const client = await open(run);
  await client.setUp({ retry: { limit: 3 } });
  await client.page.evaluate(() => {
    const real = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
      this.setRequestHeader("traceparent", "00-1-1-00");
      real.call(this, body);
    };
  });
  const { error } = await client.reaches(await client.upload(await makeFile(folder, "traced.txt", 10)), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "CORS" });
  expect(error?.message).toContain("no other code may add headers");
});

test("a bucket that exposes no ETag: a whole file is stored, and parts say what is wrong", async ({ variant, line, folder, open }) => {
  const run = await variant(smallThreshold);
  const client = await open(run);
  await client.setUp({ retry: { limit: 3 } });
  const s3 = new URL(run.outputs.Local.S3Endpoint).host;
  line.loses = (host, header) => host === s3 && header === "access-control-expose-headers";
  const whole = await makeFile(folder, "whole.txt", 10);
  const { object } = await client.stores(await client.upload(whole), whole);
  expect(object?.etag).toBeUndefined();
  const { error } = await client.reaches(await client.upload(await makeFile(folder, "parts.mp4", 17 << 20)), "failed");
  expect(error?.cause).toContain("CORS rules expose no ETag");
});

test("a page that is frozen, and whose connections are gone when it thaws, goes on", async ({ variant, line, folder, open, context }) => {
  const run = await variant(smallThreshold);
  const client = await open(run);
  const file = await makeFile(folder, "asleep.mp4", 33 << 20);
  line.bandwidth = 8 << 20; // bytes a second
  const i = await client.upload(file);
  await client.until(i, ({ progress }) => progress.sent > 0, "bytes under way");
  const devtools = await context.newCDPSession(client.page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  line.breakConnections();
  line.bandwidth = 0;
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await client.stores(i, file);
});

test("a page in a sandboxed frame is told its real origin", async ({ run, line, folder, open, context }) => {
  const script = line.pages.get("/client_page/main.js")?.text ?? "";
  const html = line.pages.get("/client_page/")?.text ?? "";
  const alone = html.replace(' src="main.js">', () => `>${script.replaceAll("</script", "<\\/script")}`);
  line.pages.set("/client_page/alone.html", { type: "text/html", text: alone });
  const frame = { type: "text/html", text: '<iframe sandbox="allow-scripts" src="alone.html"></iframe>' };
  line.pages.set("/client_page/sandbox.html", frame);
  const client = await open(run);
  const { apiUrl, token } = await client.setup();
  const page = await context.newPage();
  await page.goto(new URL("/client_page/sandbox.html", client.page.url()).href);
  const inside = page.frame({ url: /alone/ })!;
  await inside.waitForFunction(() => window.driver !== undefined);
  await inside.evaluate((setup) => window.driver.setUp(setup), { apiUrl, token, retry: { minDelay: 10, maxDelay: 50 } });
  await inside.getByLabel("Files").setInputFiles((await makeFile(folder, "framed.txt", 10)).path);
  await inside.evaluate(() => window.driver.upload());
  await expect.poll(() => inside.evaluate(() => window.driver.seen(0).error?.code)).toBe("CORS");
  const message = await inside.evaluate(() => window.driver.seen(0).error?.message);
  expect(message).toContain("AllowedOrigins must list null");
});

test("a Content-Security-Policy without the bucket is named, after one try", async ({ run, line, folder, open }) => {
  forbidS3(line, run);
  const client = await open(run);
  await client.setUp({ retry: { minDelay: 10_000, maxDelay: 10_000 } });
  const file = await makeFile(folder, "forbidden.txt", 10);
  const { error } = await client.reaches(await client.upload(file), "failed");
  expect(error).toMatchObject({ name: "NetworkError", code: "CSP" });
  expect(error?.message).toContain(`connect-src of the page's Content-Security-Policy must list ${run.outputs.Local.S3Endpoint.replace(/\/$/, "")}`);
  expect(line.of("PutObject")).toHaveLength(0);
});

test("a worker is told so too", async ({ run, line, open }) => {
  forbidS3(line, run);
  const client = await open(run);
  const { outputFiles } = await build({
    entryPoints: [join(project, "test/browser/client/test_page/worker.ts")],
    ...{ bundle: true, write: false, format: "iife", conditions: ["signpost-source"] },
  });
  const setup = { ...(await client.setup()), script: outputFiles[0]?.text ?? "" };
  const code = await client.page.evaluate(
    ({ script, ...rest }) =>
      new Promise((resolve) => {
        // From a blob, so that the page's own policy is the worker's.
        const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve(message);
        worker.postMessage(rest);
      }),
    setup,
  );
  expect(code).toBe("CSP");
});

/** Gives the client's page a policy that lets it ask the API, and nobody else. */
function forbidS3(line: FaultProxy, run: LocalRun): void {
  const policy = `<meta http-equiv="Content-Security-Policy" content="connect-src ${new URL(run.outputs.ApiUrl).origin}">`;
  const html = line.pages.get("/client_page/")?.text ?? "";
  line.pages.set("/client_page/", { type: "text/html", text: html.replace("<head>", `<head>${policy}`) });
}
