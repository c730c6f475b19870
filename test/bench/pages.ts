// The pages of the benchmark, built with the client as it is published.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { ServedFile } from "../browser/fault_proxy/fault_proxy";
import { project } from "../browser/local_run/build";
import { packClient } from "../faults/packed_client";

/** The programs in the browser, and the folders of their pages. */
export const pageFolders = {
  "signpost-client": "test/bench/page",
  "Uppy 6": "test/frameworks/uppy6",
  "Uppy 5": "test/frameworks/uppy5",
};

export type PageName = keyof typeof pageFolders;

/** The path that a page is served at. */
export function pathOf(name: PageName): string {
  return `/bench/${name.toLowerCase().replace(" ", "")}/`;
}

/** Builds the pages for production, by the path of each file. */
export async function buildPages(folder: string): Promise<Map<string, ServedFile>> {
  const alias = await packedExports(folder);
  const files = new Map<string, ServedFile>();
  for (const [name, path] of Object.entries(pageFolders) as [PageName, string][]) {
    const { outputFiles } = await build({
      entryPoints: [join(project, path, "main.ts")],
      alias,
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      define: { "process.env.NODE_ENV": '"production"' },
    });
    files.set(pathOf(name), { type: "text/html", text: await readFile(join(project, path, "index.html"), "utf8") });
    files.set(`${pathOf(name)}main.js`, { type: "text/javascript", text: outputFiles[0]!.text });
  }
  return files;
}

/** Packs the client. Returns the file of each of its exports. */
async function packedExports(folder: string): Promise<Record<string, string>> {
  const client = await packClient(folder);
  const { exports } = JSON.parse(await readFile(join(client, "package.json"), "utf8"));
  const files = Object.entries(exports as Record<string, { default: string }>);
  const longestFirst = files.sort(([a], [b]) => b.length - a.length);
  return Object.fromEntries(longestFirst.map(([path, file]) => [join("signpost-client", path), join(client, file.default)]));
}
