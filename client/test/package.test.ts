// The published package: its size, files and types.
import assert from "node:assert/strict";
import { execFile, type ExecFileOptions } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock, test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { apiRefusal, Deployment, s3Refusal } from "./deployment.ts";
import { bytesOf, clientOf, inParts, MemoryStorage, quick, randomFile, size26 } from "./fixture.ts";

const client = join(import.meta.dirname, "..");
const PATH = `${join(client, "../node_modules/.bin")}:${process.env.PATH}`;
const run = (program: string, args: string[], options: ExecFileOptions = {}) =>
  promisify(execFile)(program, args, { ...options, encoding: "utf8", env: { ...process.env, PATH } });
const KiB = 1024;

/** Builds the client as a bundler does that splits code. The first file is the entry. */
async function split(outdir: string) {
  const entryPoints = [join(client, "src/index.ts")];
  const { outputFiles } = await build({ entryPoints, outdir, bundle: true, splitting: true, minify: true, format: "esm", target: "es2022", write: false });
  const isEntry = ({ path }: { path: string }) => path.endsWith("index.js");
  return outputFiles.sort((a, b) => Number(isEntry(b)) - Number(isEntry(a)));
}

const isForParts = ({ path }: { path: string }) => /file_in_parts/.test(path);

const sizeOf = (contents: Uint8Array) => gzipSync(contents, { level: 9 }).length;

test("what a page loads is at most 7.5 KiB, minified and gzipped; 2 KiB for files in parts and 1 KiB after failures", async () => {
  const files = await split("/");
  for (const { path, text } of files) assert.doesNotMatch(text, /from\s*"|import\s*"/, `${path} is loaded alone`);
  const [entry, ...onDemand] = files;
  const sum = (some: typeof files) => some.reduce((bytes, { contents }) => bytes + sizeOf(contents), 0);
  const size = { entry: sum([entry!]), parts: sum(onDemand.filter(isForParts)), others: sum(onDemand.filter((file) => !isForParts(file))) };
  assert.ok(size.entry <= 7.5 * KiB && size.parts <= 2 * KiB && size.others <= KiB, JSON.stringify(size));
  assert.equal(onDemand.filter(isForParts).length, 1);
});

/** Writes the entry of the split client alone, and imports it. */
async function entryAlone(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "signpost-entry-"));
  const deployment = await new Deployment().listen();
  t.after(() => (deployment.close(), rm(folder, { recursive: true })));
  const [entry, ...onDemand] = await split(folder);
  await writeFile(join(folder, "entry.mjs"), entry!.contents);
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  const { Signpost }: typeof import("../src/index.ts") = await import(join(folder, "entry.mjs"));
  const newClient = (options: object = {}) => new Signpost({ apiUrl: deployment.apiUrl, token: () => "token", retry: quick, storage: null, ...options });
  return { deployment, newClient, onDemand };
}

test("files in one piece need nothing that is loaded on demand", async (t) => {
  const { deployment, newClient } = await entryAlone(t);
  const signpost = newClient();

  deployment.kinds = [{ maxSize: 9 }];
  deployment.refuses = ({ size }) => (size > 9 ? apiRefusal(413, "SizeTooLarge", { field: "size" }) : undefined);
  await assert.rejects(signpost.upload(randomFile(10)).done, { message: "refused: SizeTooLarge" });

  deployment.fault = (what, count) => (what === "PUT object" && count < 3 ? "cut" : undefined);
  const { key } = await signpost.upload(randomFile(9)).done;
  assert.ok(deployment.objects.has(key));
  deployment.fault = () => "cut";
  await assert.rejects(signpost.upload(randomFile(8)).done, { name: "NetworkError", code: "NetworkError" });
});

test("a file in parts fails if its code can't be loaded, and nothing is lost", async (t) => {
  const { deployment, newClient, onDemand } = await entryAlone(t);
  Object.assign(deployment, inParts);
  const storage = new MemoryStorage();
  const file = randomFile(size26);
  deployment.fault = (what) => (what === "PUT part 20" ? s3Refusal(403, "AccessDenied") : undefined);
  await assert.rejects(clientOf(deployment, { storage }).upload(file).done); // as a page before the new deployment
  deployment.fault = () => undefined;

  const signpost = newClient({ storage });
  const states: string[] = [];
  const failed = signpost.upload(file, { onState: (state) => states.push(state) });
  await assert.rejects(failed.done, { name: "NetworkError", code: "NotLoaded", message: /reload the page/, retryable: true });
  assert.deepEqual(states, ["planning", "waiting", "failed"]);
  const aborted = signpost.upload(randomFile(size26, "other.mp4"), { onState: (state) => state === "waiting" && aborted.abort() });
  await assert.rejects(aborted.done, { name: "AbortError" });

  const code = onDemand.find(isForParts)!;
  const repair = (state: string) => state === "waiting" && writeFileSync(code.path, code.contents);
  const continued = await signpost.upload(file, { onState: repair }).done;
  assert.equal(continued.resumed, true);
  assert.deepEqual(deployment.objects.get(continued.key), await bytesOf(file));
  const { key, resumed } = await signpost.upload(randomFile(size26, "other.mp4")).done;
  assert.deepEqual([resumed, deployment.objects.has(key)], [false, true]);
});

test("the code for files in parts isn't asked for while the browser is offline", async (t) => {
  const { deployment, newClient, onDemand } = await entryAlone(t);
  Object.assign(deployment, inParts);
  const code = onDemand.find(isForParts)!;
  const evaluated = mock.fn();
  Object.assign(globalThis, { evaluated });
  await writeFile(code.path, `evaluated();${code.text}`);
  Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  t.after(() => Reflect.deleteProperty(navigator, "onLine"));
  const states: string[] = [];
  const goOnline = (state: string) => {
    states.push(state);
    if (state !== "offline") return;
    assert.equal(evaluated.mock.callCount(), 0);
    Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
  };
  await newClient({ retry: { ...quick, limit: 0 } }).upload(randomFile(size26), { onState: goOnline }).done;
  assert.deepEqual(states, ["planning", "offline", "uploading", "finishing", "stored"]);
  assert.equal(evaluated.mock.callCount(), 1);
});

for (const format of ["esm", "iife"] as const) {
  test(`a bundler that makes one file works (${format})`, async (t) => {
    const deployment = Object.assign(await new Deployment().listen(), inParts);
    t.after(() => deployment.close());
    const entryPoints = [join(client, "src/index.ts")];
    const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format, globalName: "client", target: "es2022", write: false });
    const { text } = outputFiles[0]!;
    const { Signpost }: typeof import("../src/index.ts") =
      format === "iife" ? new Function(`${text}; return client`)() : await import(`data:text/javascript,${encodeURIComponent(text)}`);
    const signpost = new Signpost({ apiUrl: deployment.apiUrl, token: () => "token", storage: null });
    for (const file of [randomFile(10), randomFile(size26)]) {
      const { key } = await signpost.upload(file).done;
      assert.deepEqual(deployment.objects.get(key), await bytesOf(file));
    }
  });
}

test("signpost-client/files adds at most 2 KiB to a page that uploads", async () => {
  const sizeWith = async (...sources: string[]) => {
    const contents = sources.map((source) => `export * from "./src/${source}";`).join("");
    const stdin = { contents, resolveDir: client };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", target: "es2022", write: false });
    return sizeOf(outputFiles[0]!.contents);
  };
  const size = (await sizeWith("index.ts", "files/files.ts")) - (await sizeWith("index.ts"));
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
