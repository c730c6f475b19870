import { createHash, randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import { build } from "esbuild";
import { type Fault, FaultProxy } from "../fault_proxy/fault_proxy";
import { test as base } from "../fixtures";
import { project } from "../local_run/build";
import { revoke, setVariable, type Template } from "../local_run/edited_run";
import type { LocalRun } from "../local_run/local_run";
import { ClientPage } from "./client_page";

/** A file on this machine's disk. */
export interface LocalFile {
  path: string;
  name: string;
  size: number;
  sha256: string;
}

interface Fixtures {
  /** The proxy for all requests of the browser. It also serves the client's page. */
  faultProxy: FaultProxy;
  /** Opens the client's page for a user of a run. */
  openClient: (run: LocalRun, options?: OpenOptions) => Promise<ClientPage>;
}

interface OpenOptions {
  /** @default "first" */
  user?: "first" | "second";
  /** @default the test's page */
  page?: Page;
  /** @default the origin of the shared run's page, which all runs allow */
  origin?: string;
}

/**
 * Tests of the client, on a page with nothing else on it. After each test, the uploads' progress
 * must make sense.
 */
export const test = base.extend<Fixtures>({
  faultProxy: async ({}, use) => {
    const faultProxy = new FaultProxy();
    faultProxy.pages = new Map(await testPage());
    await faultProxy.listen();
    await use(faultProxy);
    faultProxy.close();
  },
  context: async ({ browser, faultProxy }, use) => {
    const context = await newContext(browser, faultProxy);
    await use(context);
    await context.close();
  },
  page: async ({ context }, use) => use(await context.newPage()),
  openClient: async ({ page, run }, use) => {
    const clients: ClientPage[] = [];
    await use(async (target, { user = "first", origin = run.outputs.Local.PageUrl, ...options } = {}) => {
      const client = new ClientPage(options.page ?? page, target, new URL("/client_page/", origin).href, user);
      await client.open();
      clients.push(client);
      return client;
    });
    for (const client of clients) await client.checkProgress();
  },
});

/**
 * Opens a browser context behind the proxy. By default Chromium uses no proxy for loopback
 * addresses.
 */
export function newContext(browser: { newContext(options: object): Promise<BrowserContext> }, faultProxy: FaultProxy) {
  return browser.newContext({ proxy: { server: faultProxy.url, bypass: "<-loopback>" } });
}

/**
 * Sends files over 5 MiB in parts, so that not every test of parts has to send 16 MiB.
 */
export function smallThreshold(template: Template): void {
  setVariable(template, "MULTIPART_THRESHOLD_BYTES", String(5 << 20));
}

/** A deployment without Multipart.Resumable, as is the default. */
export function withoutResumable(template: Template): void {
  smallThreshold(template);
  setVariable(template, "RESUMABLE_UPLOADS", "false");
  revoke(template, "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload");
}

const shortLifetime = 4; // seconds: long enough for a busy machine, short enough to wait for

/** URLs expire after a few seconds. There are no kinds, whose URLs might be valid for longer. */
export function shortLived(template: Template): void {
  smallThreshold(template);
  setVariable(template, "URL_LIFETIME_SECONDS", String(shortLifetime));
  setVariable(template, "KINDS", "");
}

/**
 * Delays a request until the URL of a shortLived deployment has expired, which counts in whole
 * seconds.
 */
export const holdUntilExpired: Fault = { kind: "hold", until: () => sleep((shortLifetime + 1.1) * 1000) };

/** Writes a file of random bytes. */
export async function makeFile(folder: string, name: string, size: number): Promise<LocalFile> {
  const path = join(folder, name);
  const file = await open(path, "w");
  const hash = createHash("sha256");
  for (let offset = 0, chunk = 4 << 20; offset < size; offset += chunk) {
    const bytes = randomBytes(Math.min(chunk, size - offset));
    hash.update(bytes);
    await file.write(bytes);
  }
  await file.close();
  return { path, name, size, sha256: hash.digest("base64") };
}

/**
 * The numbers of the parts that S3 has stored, in ascending order. A part that it stored twice is
 * in it twice.
 */
export function storedParts(faultProxy: FaultProxy): number[] {
  return faultProxy
    .requestsFor("UploadPart")
    .filter(({ status }) => status === 200)
    .map(({ partNumber = 0 }) => partNumber)
    .sort((a, b) => a - b);
}

let bundled: Promise<FaultProxy["pages"]> | undefined;

/** The test page, with the client's sources bundled in as an application's bundler would. */
function testPage(): Promise<FaultProxy["pages"]> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<FaultProxy["pages"]> {
  const folder = join(project, "test/browser/client/test_page");
  const { outputFiles } = await build({
    entryPoints: [join(folder, "main.ts")],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["signpost-source"],
    sourcemap: "inline",
  });
  const html = { type: "text/html", text: await readFile(join(folder, "index.html"), "utf8") };
  const script = { type: "text/javascript", text: outputFiles[0]?.text ?? "" };
  return new Map([
    ["/client_page/", html],
    ["/client_page/main.js", script],
  ]);
}
