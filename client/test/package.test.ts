// What is published: its size, its files, its types.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const run = promisify(execFile);
const client = join(import.meta.dirname, "..");
const modules = join(client, "../node_modules");
const KiB = 1024;

test("the client is at most 7.5 KiB, minified and gzipped, all of it", async () => {
  const entryPoints = [join(client, "src/index.ts")];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: "esm", target: "es2022", write: false });
  const size = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  assert.ok(size <= 7.5 * KiB, `it has ${size} bytes`);
});

test("a page pays only for what it uses", async () => {
  const stdin = { contents: 'import { partSize } from "./src/index.ts"; console.log(partSize(1))', resolveDir: client };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false });
  assert.ok(outputFiles[0]!.contents.length < 200, outputFiles[0]!.text);
});

test("the types are those of openapi.yaml", async () => {
  const folder = await mkdtemp(join(tmpdir(), "signpost-types-"));
  const { scripts } = JSON.parse(await readFile(join(client, "package.json"), "utf8"));
  const options = scripts.types.split(" ").slice(2, -2);
  const made = join(folder, "contract.ts");
  await run(process.execPath, [join(modules, "openapi-typescript/bin/cli.js"), "../openapi.yaml", ...options, "-o", made], { cwd: client });
  const want = await readFile(made, "utf8");
  await rm(folder, { recursive: true });
  const text = await readFile(join(client, "src/contract.ts"), "utf8");
  assert.ok(text === want, "src/contract.ts is not what openapi.yaml says: run `npm run types` in client/");
});

test("what is packed works for whoever installs it, and nothing else is in it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "signpost-pack-"));
  const { stdout } = await run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], { cwd: client });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  const others = files.map(({ path }: { path: string }) => path)
    .filter((path: string) => !/^(dist\/[\w/]+\.(js|d\.ts)(\.map)?|src\/[\w/]+\.ts|package\.json|README\.md|LICENSE)$/.test(path));
  assert.deepEqual(others, []);
  const sources = files.filter(({ path }: { path: string }) => /^src\//.test(path));
  for (const ending of [".js", ".js.map", ".d.ts", ".d.ts.map"]) {
    const made = files.filter(({ path }: { path: string }) => path.startsWith("dist/") && path.endsWith(ending) && (ending !== ".js.map" || !path.includes(".d.")));
    assert.equal(made.length, sources.length, `a ${ending} for each source`);
  }

  // In a folder of its own, with no workspace around it.
  await run("tar", ["-xzf", join(folder, filename), "-C", folder]);
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  await writeFile(
    join(folder, "use.ts"),
    `import { Signpost, type Upload } from "signpost-client";
     import "signpost-client/uppy5"; import "signpost-client/uppy6";
     const upload: Upload = new Signpost({ apiUrl: "https://a.example/", token: () => "t" }).upload(new Blob(["x"]), { filename: "x" });
     upload.abort();
     const state: "aborted" = upload.state as "aborted";
     console.log(state);`,
  );
  await run("sh", ["-c", "mkdir node_modules && mv package node_modules/signpost-client"], { cwd: folder });
  const tsc = [join(modules, "typescript/bin/tsc"), "--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "false"];
  await run(process.execPath, [...tsc, "--lib", "es2022,dom,dom.iterable", "use.ts"], { cwd: folder }).catch(({ stdout: said }) => assert.fail(said));
  const { stdout: said } = await run(process.execPath, ["use.ts"], { cwd: folder });
  assert.equal(said.trim(), "aborted");
  await rm(folder, { recursive: true });
});
