import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { ServedFile } from "../browser/fault_proxy/fault_proxy";
import { environment, project } from "../browser/local_run/build";

const run = promisify(execFile);

/**
 * Builds the test page in this folder, with the client as npm installs it: the output of `npm
 * pack`, through its exports. It packs a copy, so that other tests can build the client at the same
 * time.
 */
export async function pageWithPackedClient(folder: string): Promise<Map<string, ServedFile>> {
  const source = join(folder, "source");
  const filter = (path: string) => !/\/(dist|test)$/.test(path);
  await cp(join(project, "client"), join(source, "client"), { recursive: true, filter });
  await cp(join(project, "tsconfig.base.json"), join(source, "tsconfig.base.json"));
  await symlink(join(project, "node_modules"), join(source, "node_modules"));
  const pack = ["pack", "--json", "--silent", "--pack-destination", folder];
  const { stdout } = await run("npm", pack, { cwd: join(source, "client"), env: environment });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  await run("tar", ["-xzf", join(folder, filename), "-C", folder]);
  const consumer = join(folder, "consumer");
  await mkdir(join(consumer, "node_modules"), { recursive: true });
  await rename(join(folder, "package"), join(consumer, "node_modules/signpost-client"));
  for (const name of ["page", "random.ts"]) await cp(join(__dirname, name), join(consumer, name), { recursive: true });

  const { outputFiles, metafile } = await build({
    entryPoints: [join(consumer, "page/main.ts")],
    absWorkingDir: consumer,
    bundle: true,
    write: false,
    format: "esm",
    metafile: true,
  });
  const packed = "node_modules/signpost-client/dist/index.js";
  if (!metafile.inputs[packed]) throw new Error(`the page was built without ${packed}`);
  return new Map([
    ["/faults/", { type: "text/html", text: await readFile(join(consumer, "page/index.html"), "utf8") }],
    ["/faults/main.js", { type: "text/javascript", text: outputFiles[0]!.text }],
  ]);
}
