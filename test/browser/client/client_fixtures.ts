import { createHash, randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import { build } from "esbuild";
import { project } from "../local_run/build";
import { ClientPage } from "./client_page";
import { revoke, setVariable, type Template } from "../local_run/edited_run";
import { type Fault, FaultProxy } from "../fault_proxy/fault_proxy";
import { test as base } from "../page/page_fixtures";
import type { LocalRun } from "../local_run/local_run";

/** A file on this machine's disk. */
export interface LocalFile {
  path: string;
  name: string;
  size: number;
  sha256: string;
}

interface Fixtures {
  /** Everything the browser sends goes through it; it also serves the client's page. */
  line: FaultProxy;
  /** Opens the client's page for a run's first user; in a tab of its own where there are several. */
  open: (run: LocalRun, options?: OpenOptions) => Promise<ClientPage>;
}

interface OpenOptions {
  user?: "first" | "second";
  page?: Page;
  /** @default the shared run's page's, which every run here lets in */
  origin?: string;
}

/** Tests of the client on a page with nothing else on it. Whatever happens, progress must be told well. */
export const test = base.extend<Fixtures>({
  line: async ({}, use) => {
    const line = new FaultProxy();
    line.pages = new Map(await clientPage());
    await line.listen();
    await use(line);
    line.close();
  },
  context: async ({ browser, line }, use) => {
    const context = await newContext(browser, line);
    await use(context);
    await context.close();
  },
  page: async ({ context }, use) => use(await context.newPage()),
  open: async ({ page, run }, use) => {
    const opened: ClientPage[] = [];
    await use(async (target, { user = "first", origin = run.outputs.Local.PageUrl, ...options } = {}) => {
      const client = new ClientPage(options.page ?? page, target, new URL("/client_page/", origin).href, user);
      await client.open();
      opened.push(client);
      return client;
    });
    for (const client of opened) await client.checkFaults();
  },
});

/** Chromium goes to loopback without a proxy, unless told otherwise. */
export function newContext(browser: { newContext(options: object): Promise<BrowserContext> }, line: FaultProxy) {
  return browser.newContext({ proxy: { server: line.url, bypass: "<-loopback>" } });
}

/** Takes files over 5 MiB in parts (of 16 MiB still), so that the tests of parts need not send 100 MiB each. */
export function smallThreshold(template: Template): void {
  setVariable(template, "MULTIPART_THRESHOLD_BYTES", String(5 << 20));
}

/** The least that a deployment grants: without ResumableUploads. */
export function notResumable(template: Template): void {
  smallThreshold(template);
  setVariable(template, "RESUMABLE_UPLOADS", "false");
  revoke(template, "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload");
}

const shortLife = 4; // seconds: long enough for a machine that is busy, short enough to outwait

/** URLs run out soon. */
export function shortLived(template: Template): void {
  smallThreshold(template);
  setVariable(template, "URL_LIFETIME_SECONDS", String(shortLife));
}

/** Holds a request until the URL of a shortLived stack has run out: such URLs count whole seconds. */
export const untilLate: Fault = { kind: "hold", until: () => sleep((shortLife + 1.1) * 1000) };

/** A file of random bytes. */
export async function makeFile(folder: string, name: string, size: number): Promise<LocalFile> {
  const path = join(folder, name);
  const file = await open(path, "w");
  const hash = createHash("sha256");
  for (let at = 0, chunk = 4 << 20; at < size; at += chunk) {
    const bytes = randomBytes(Math.min(chunk, size - at));
    hash.update(bytes);
    await file.write(bytes);
  }
  await file.close();
  return { path, name, size, sha256: hash.digest("base64") };
}

/** The numbers of the parts that S3 has taken, in ascending order: as often as it has taken each. */
export function partsSent(line: FaultProxy): number[] {
  return line
    .of("UploadPart")
    .filter(({ status }) => status === 200)
    .map(({ partNumber = 0 }) => partNumber)
    .sort((a, b) => a - b);
}

let bundled: Promise<FaultProxy["pages"]> | undefined;

/** The page, with the client's sources bundled in as a consumer's bundler would. */
function clientPage(): Promise<FaultProxy["pages"]> {
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
