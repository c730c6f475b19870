// Builds the page into static files. The usage text below says how.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { readOutputs } from "./outputs.mjs";

const usage = `Builds the page into static files.

  node page/build.mjs --out DIR [--outputs FILE [--stack NAME] [--issuer URL --client-id ID [--audience API] [--scope SCOPES]]]

  --out DIR        the folder to write to; files of an earlier build there are removed
  --outputs FILE   the stack's outputs, from cdk deploy --outputs-file or the local run's -outputs; they become
                   DIR/config.json
  --stack NAME     the stack to take from FILE, if it holds several
  --issuer URL     the OpenID Connect issuer that signs users in, exactly as its tokens name it, instead of Cognito
  --client-id ID   the page's client at the issuer
  --audience API   the API as the issuer knows it, if it has to be named
  --scope SCOPES   what to ask for (default: openid profile email offline_access)
`;

/** The options about the issuer. */
const issuerOptions = ["issuer", "client-id", "audience", "scope"];

const source = resolve(import.meta.dirname, "src");

/** A file that marks a folder as the output of an earlier build, which may be emptied. */
const markFile = ".signpost-page";

try {
  await main();
} catch (error) {
  console.error(`page: ${error.message}`);
  process.exitCode = 1;
}

async function main() {
  const options = readOptions();
  if (options.help) return console.log(usage);
  // Read before anything is written, so that an invalid file leaves no partial build.
  const outputs = options.outputs && withIssuer(readOutputs(options.outputs, options.stack, options.issuer !== undefined), options);
  empty(options.out);
  const { metafile } = await bundle(options.out);
  writeFileSync(join(options.out, "index.html"), page(metafile, options.out));
  if (outputs) writeFileSync(join(options.out, "config.json"), `${JSON.stringify(outputs, null, 2)}\n`);
}

/**
 * @typedef {object} Options
 * @property {boolean} [help]
 * @property {string} out
 * @property {string} [outputs]
 * @property {string} [stack]
 * @property {string} [issuer]
 * @property {string} [client-id]
 * @property {string} [audience]
 * @property {string} [scope]
 */

/** @returns {Options} an Error lists every problem */
function readOptions() {
  const string = { type: "string" };
  const known = ["out", "outputs", "stack", ...issuerOptions];
  const { values, tokens } = parseArgs({
    options: { ...Object.fromEntries(known.map((name) => [name, string])), help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help) return { help: true, out: "" };
  const problems = tokens.flatMap((token) => {
    if (token.kind === "positional") return [`unexpected argument "${token.value}"`];
    return token.kind === "option" && !known.includes(token.name) ? [`unknown option ${token.rawName}`] : [];
  });
  for (const name of known) {
    const value = values[name];
    if (value !== undefined && (typeof value !== "string" || value === "")) problems.push(`--${name} needs a value`);
  }
  if (values.out === undefined) problems.push("--out is required: the folder to write the page to");
  if (values.stack !== undefined && values.outputs === undefined) problems.push("--stack needs --outputs");
  problems.push(...issuerProblems(values));
  if (problems.length > 0) throw new Error([...problems, "", usage.trimEnd()].join("\n"));
  return /** @type {Options} */ (values);
}

/** @param {Record<string, unknown>} values */
function issuerProblems({ issuer, outputs, ...values }) {
  if (issuer === undefined) {
    return issuerOptions.filter((name) => values[name] !== undefined).map((name) => `--${name} needs --issuer`);
  }
  const problems = [];
  if (outputs === undefined) problems.push("--issuer needs --outputs");
  if (values["client-id"] === undefined) problems.push("--issuer needs --client-id");
  if (!/^https:\/\/[^/?#]+(\/[^?#]*)?$/.test(String(issuer))) problems.push(`--issuer must be an https URL, without a query`);
  return problems;
}

/**
 * Adds the issuer to the stack's outputs.
 *
 * @param {Record<string, Record<string, unknown>>} outputs of one stack
 * @param {Options} options
 */
function withIssuer(outputs, { issuer, audience, scope, ...options }) {
  if (issuer === undefined) return outputs;
  const Issuer = { Url: issuer, ClientId: options["client-id"], Audience: audience, Scope: scope };
  return Object.fromEntries(Object.entries(outputs).map(([name, stack]) => [name, { ...stack, Issuer }]));
}

/**
 * Creates the folder, or empties it if it holds an earlier build.
 *
 * @param {string} folder
 */
function empty(folder) {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder);
  if (names.length > 0 && !names.includes(markFile)) {
    throw new Error(`--out: ${folder} holds files that are not from an earlier build; empty it, or choose another folder`);
  }
  for (const name of names) rmSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, markFile), "");
}

/**
 * Bundles scripts, styles and images. Their names contain a hash of their content, so browsers may
 * cache them forever.
 *
 * @param {string} out
 */
function bundle(out) {
  return build({
    entryPoints: [join(source, "main.ts"), join(source, "page.css"), join(source, "mark.svg")],
    outdir: out,
    bundle: true,
    splitting: true, // the code that signs users in is loaded for the stack's way to do so
    format: "esm",
    target: ["chrome123", "firefox124", "safari17.5"], // see Browsers in README.md
    minify: true,
    sourcemap: true,
    metafile: true,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    loader: { ".svg": "copy" },
    conditions: ["signpost-source"],
    logLevel: "silent", // the error contains the messages
  });
}

/**
 * Returns the page's HTML, with the names of the built files in place of the sources'. The client's
 * parts that are loaded on demand are loaded at once: they say why a request has no answer, and then
 * couldn't be loaded.
 *
 * @param {import("esbuild").Metafile} metafile
 * @param {string} out
 */
function page(metafile, out) {
  const built = new Map();
  const preloads = [];
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (!entryPoint) continue;
    const name = relative(out, path);
    built.set(basename(entryPoint), name);
    if (!resolve(entryPoint).startsWith(source)) preloads.push(`<link rel="modulepreload" href="${name}">\n  `);
  }
  const html = readFileSync(join(source, "index.html"), "utf8");
  return html.replace(/(href|src)="\.\/([\w.-]+)"/g, (_, attribute, name) => {
    if (!built.has(name)) throw new Error(`index.html refers to ${name}, which the build did not produce`);
    return `${attribute}="${built.get(name)}"`;
  }).replace("<script", () => `${preloads.join("")}<script`);
}
