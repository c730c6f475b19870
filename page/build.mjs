// Builds the page into static files; usage below.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { readOutputs } from "./outputs.mjs";

const usage = `Builds the page into static files.

  node page/build.mjs --out DIR [--outputs FILE [--stack NAME]]

  --out DIR        where the files go; what an earlier build left there is removed
  --outputs FILE   what cdk deploy --outputs-file (or the local run's -outputs) wrote: becomes DIR/config.json
  --stack NAME     which stack of FILE, where it holds several
`;

const source = resolve(import.meta.dirname, "src");

/** Marks a folder as one that this script may empty. */
const mark = ".signpost-page";

try {
  await main();
} catch (error) {
  console.error(`page: ${error.message}`);
  process.exitCode = 1;
}

async function main() {
  const options = readOptions();
  if (options.help) return console.log(usage);
  // Before anything is written: a wrong file must not leave half a page.
  const outputs = options.outputs && readOutputs(options.outputs, options.stack);
  empty(options.out);
  const { metafile } = await bundle(options.out);
  writeFileSync(join(options.out, "index.html"), page(metafile, options.out));
  if (outputs) writeFileSync(join(options.out, "config.json"), `${JSON.stringify(outputs, null, 2)}\n`);
}

/** @returns {{help?: boolean, out: string, outputs?: string, stack?: string}} an Error names every problem */
function readOptions() {
  const string = { type: "string" };
  const { values, tokens } = parseArgs({
    options: { out: string, outputs: string, stack: string, help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help) return { help: true, out: "" };
  const known = ["out", "outputs", "stack"];
  const problems = tokens.flatMap((token) => {
    if (token.kind === "positional") return [`what is "${token.value}"?`];
    return token.kind === "option" && !known.includes(token.name) ? [`there is no option ${token.rawName}`] : [];
  });
  for (const name of known) {
    const value = values[name];
    if (value !== undefined && (typeof value !== "string" || value === "")) problems.push(`--${name} needs a value`);
  }
  if (values.out === undefined) problems.push("--out is missing: the folder that the page is written to");
  if (values.stack !== undefined && values.outputs === undefined) problems.push("--stack goes with --outputs");
  if (problems.length > 0) throw new Error([...problems, "", usage.trimEnd()].join("\n"));
  return /** @type {{out: string}} */ (values);
}

/**
 * Makes the folder, or empties it if an earlier build made it.
 *
 * @param {string} folder
 */
function empty(folder) {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder);
  if (names.length > 0 && !names.includes(mark)) {
    throw new Error(`--out: ${folder} holds files that no build of the page left there; empty it, or choose another`);
  }
  for (const name of names) rmSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, mark), "");
}

/**
 * Bundles scripts, styles and pictures; each name holds its content's hash, so it may be cached for good.
 *
 * @param {string} out
 */
function bundle(out) {
  return build({
    entryPoints: [join(source, "main.ts"), join(source, "page.css"), join(source, "mark.svg")],
    outdir: out,
    bundle: true,
    format: "esm",
    target: ["chrome123", "firefox121", "safari17.5"],
    minify: true,
    sourcemap: true,
    metafile: true,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".svg": "copy" },
    conditions: ["signpost-source"],
    logLevel: "silent", // the error holds the same
  });
}

/**
 * The page's HTML, with the names that the bundler gave to what it refers to.
 *
 * @param {import("esbuild").Metafile} metafile
 * @param {string} out
 */
function page(metafile, out) {
  const built = new Map();
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint) built.set(basename(entryPoint), relative(out, path));
  }
  const html = readFileSync(join(source, "index.html"), "utf8");
  return html.replace(/(href|src)="\.\/([\w.-]+)"/g, (_, attribute, name) => {
    if (!built.has(name)) throw new Error(`index.html refers to ${name}, which is not built`);
    return `${attribute}="${built.get(name)}"`;
  });
}
