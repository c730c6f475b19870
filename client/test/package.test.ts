// The published package: its size, files and types.
import assert from "node:assert/strict";
import { execFile, type ExecFileOptions } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const client = join(import.meta.dirname, "..");
const PATH = `${join(client, "../node_modules/.bin")}:${process.env.PATH}`;
const run = (program: string, args: string[], options: ExecFileOptions = {}) =>
  promisify(execFile)(program, args, { ...options, encoding: "utf8", env: { ...process.env, PATH } });
const KiB = 1024;

test("the whole client is at most 7.5 KiB, minified and gzipped", async () => {
  const entryPoints = [join(client, "src/index.ts")];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: "esm", target: "es2022", write: false });
  const size = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  assert.ok(size <= 7.5 * KiB, `it has ${size} bytes`);
});

test("signpost-client/files adds at most 2 KiB to a page that uploads", async () => {
  const sizeOf = async (...sources: string[]) => {
    const contents = sources.map((source) => `export * from "./src/${source}";`).join("");
    const stdin = { contents, resolveDir: client };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", target: "es2022", write: false });
    return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  };
  const size = (await sizeOf("index.ts", "files/files.ts")) - (await sizeOf("index.ts"));
  assert.ok(size <= 2 * KiB, `it adds ${size} bytes`);
});

test("a bundler drops what a page doesn't use", async () => {
  const stdin = { contents: 'import { partSize } from "./src/index.ts"; console.log(partSize(1))', resolveDir: client };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false });
  assert.ok(outputFiles[0]!.contents.length < 200, outputFiles[0]!.text);
});

test("the types are those of openapi.yaml", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "signpost-types-"));
  t.after(() => rm(folder, { recursive: true }));
  const { scripts } = JSON.parse(await readFile(join(client, "package.json"), "utf8"));
  const options = scripts.types.split(" ").slice(2, -2);
  const made = join(folder, "contract.ts");
  await run("openapi-typescript", ["../openapi.yaml", ...options, "-o", made], { cwd: client });
  const want = await readFile(made, "utf8");
  const text = await readFile(join(client, "src/contract.ts"), "utf8");
  assert.ok(text === want, "src/contract.ts is not what openapi.yaml says: run `npm run types` in client/");
});

test("the packed package", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "signpost-pack-"));
  t.after(() => rm(folder, { recursive: true }));
  const { stdout } = await run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], { cwd: client });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  const tarball = join(folder, filename);

  await t.test("holds the sources and the build, and nothing else", () => {
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    const sources = paths.filter((path) => /^src\/[\w/]+\.ts$/.test(path)).map((path) => path.slice(4, -3));
    const built = sources.flatMap((name) => [".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => `dist/${name}${end}`));
    const others = ["package.json", "README.md", "LICENSE"];
    assert.deepEqual(paths.sort(), [...built, ...sources.map((name) => `src/${name}.ts`), ...others].sort());
  });

  await t.test("passes publint, without a suggestion", async () => {
    const { stdout: report } = await run("publint", [tarball]);
    assert.match(report, /All good!/);
  });

  await t.test("passes attw as an ES module", async () => {
    await run("attw", [tarball, "--profile", "esm-only"]).catch(({ stdout: report }) => assert.fail(report));
  });

  await t.test("works in TypeScript and Node when it is installed outside the workspace", async () => {
    await run("tar", ["-xzf", tarball, "-C", folder]);
    await writeFile(join(folder, "package.json"), '{"type": "module"}');
    await writeFile(join(folder, "use.ts"), use);
    await writeFile(join(folder, "use.cjs"), 'console.log(typeof require("signpost-client").Signpost);');
    await run("sh", ["-c", "mkdir node_modules && mv package node_modules/signpost-client"], { cwd: folder });
    const options = "--noEmit --strict --module nodenext --target es2022 --skipLibCheck false --lib es2022,dom,dom.iterable";
    await run("tsc", [...options.split(" "), "use.ts"], { cwd: folder }).catch(({ stdout: report }) => assert.fail(report));
    const { stdout: imported } = await run(process.execPath, ["use.ts"], { cwd: folder });
    assert.equal(imported.trim(), "aborted");
    const { stdout: required } = await run(process.execPath, ["use.cjs"], { cwd: folder });
    assert.equal(required.trim(), "function");
  });
});

/** A program that uses the package and all its entry points. */
const use = `
  import { Signpost, type Upload } from "signpost-client";
  import { Files } from "signpost-client/files";
  import "signpost-client/uppy5";
  import "signpost-client/uppy6";
  const signpost = new Signpost({ apiUrl: "https://a.example/", token: () => "t" });
  const upload: Upload = signpost.upload(new Blob(["x"]), { filename: "x" });
  upload.abort();
  new Files(signpost).list();
  const state: "aborted" = upload.state as "aborted";
  console.log(state);`;
