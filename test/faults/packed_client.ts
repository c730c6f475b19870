import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { ServedFile } from "../browser/fault_proxy/fault_proxy";
import { environment, project } from "../browser/local_run/build";

const run = promisify(execFile);

/**
 * Packs the client as npm would publish it, and unpacks it. Returns the folder of the package. It
 * packs a copy, so that other tests can build the client at the same time.
 */
export async function packClient(folder: string): Promise<string> {
  const source = join(folder, "source");
  const filter = (path: string) => !/\/(dist|test)$/.test(path);
  await cp(join(project, "client"), join(source, "client"), { recursive: true, filter });
  await cp(join(project, "tsconfig.base.json"), join(source, "tsconfig.base.json"));
  await symlink(join(project, "node_modules"), join(source, "node_modules"));
  const pack = ["pack", "--json", "--silent", "--pack-destination", folder];
  const { stdout } = await run("npm", pack, { cwd: join(source, "client"), env: environment });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  await run("tar", ["-xzf", join(folder, filename), "-C", folder]);
  return join(folder, "package");
}

/** Builds the test page in this folder, with the client as npm installs it, through its exports. */
export async function pageWithPackedClient(folder: string): Promise<Map<string, ServedFile>> {
  const packed = await packClient(folder);
  const consumer = join(folder, "consumer");
  await mkdir(join(consumer, "node_modules"), { recursive: true });
  await rename(packed, join(consumer, "node_modules/signpost-client"));
  for (const name of ["page", "random.ts"]) await cp(join(__dirname, name), join(consumer, name), { recursive: true });

  const { outputFiles, metafile } = await build({
    entryPoints: [join(consumer, "page/main.ts")],
    absWorkingDir: consumer,
    bundle: true,
    write: false,
    format: "esm",
    metafile: true,
  });
  const client = "node_modules/signpost-client/dist/index.js";
  if (!metafile.inputs[client]) throw new Error(`the page was built without ${client}`);
  return new Map([
    ["/faults/", { type: "text/html", text: await readFile(join(consumer, "page/index.html"), "utf8") }],
    ["/faults/main.js", { type: "text/javascript", text: outputFiles[0]!.text }],
  ]);
}
