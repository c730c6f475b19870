// README.md agrees with the code: its examples are tested files, or at least compile, and its
// tables are complete.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const client = join(import.meta.dirname, "..");
const read = (path: string) => readFile(join(client, path), "utf8");
const readme = await read("README.md");
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
const rows = [...readme.matchAll(/^\| (.+) \|$/gm)].map(([, row]) => row?.split(" | ") ?? []);

for (const path of ["uppy5/new_uppy.ts", "uppy6/new_uppy.ts", "uppy6/new_avatar_uppy.ts", "react/use_upload.ts"]) {
  test(`README.md has test/frameworks/${path} as it is`, async () => {
    const code = await read(`../test/frameworks/${path}`);
    assert.ok(examples.includes(code), `README.md doesn't hold ${path} as it is`);
  });
}

test("the other examples compile", () => {
  const others = examples.filter((code) => !/from "(react|@uppy\/core)"/.test(code));
  assert.equal(others.length, examples.length - 4);
  const globals =
    "declare const apiUrl: string, idToken: string, file: File; declare function show(part: number): void;";
  const files = new Map([[join(client, "test/globals.d.ts"), globals]]);
  others.forEach((code, i) => files.set(join(client, `../page/example${i}.ts`), code)); // beside Amplify
  assert.deepEqual(problemsOf(files), []);
});

/** TypeScript's errors in files that are not on disk. */
function problemsOf(files: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(join(client, "../tsconfig.base.json"), ts.sys.readFile);
  const lib = ["lib.es2022.d.ts", "lib.es2024.string.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"];
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, types: ["node"] }, client);
  Object.assign(options, { lib, typeRoots: [join(client, "../node_modules/@types")], noUnusedLocals: false });
  const host = ts.createCompilerHost(options);
  const onDisk = { fileExists: host.fileExists, readFile: host.readFile, getSourceFile: host.getSourceFile };
  host.fileExists = (name) => files.has(name) || onDisk.fileExists(name);
  host.readFile = (name) => files.get(name) ?? onDisk.readFile(name);
  host.getSourceFile = (name, ...more) => {
    const code = files.get(name);
    if (code === undefined) return onDisk.getSourceFile(name, ...more);
    const [format] = more;
    const file = ts.createSourceFile(name, code, format);
    if (!name.endsWith(".d.ts")) file.impliedNodeFormat = ts.ModuleKind.ESNext;
    return file;
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${ts.flattenDiagnosticMessageText(messageText, "\n")} in:\n${file?.text}`;
  });
}

for (const [path, name, prefix] of [
  ["src/options.ts", "SignpostOptions", ""],
  ["src/options.ts", "UploadOptions", ""],
  ["src/retry.ts", "RetryOptions", "retry."],
  ["src/uppy/planner.ts", "UppyOptions", ""],
  ["src/files/list.ts", "ListOptions", ""],
] as const) {
  test(`every option of ${name} has a row, with its default`, async () => {
    const body = new RegExp(`interface ${name}[^{]*{(.*?)^}`, "ms").exec(await read(path))?.[1] ?? "";
    const options = [...body.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s+(\w+)[?(:]/gs)];
    assert.ok(options.length >= 3, "no options found");
    for (const [, comment = "", option] of options) {
      if (option === "retry") continue; // its own options have rows
      const given = /@default (.*)/.exec(comment)?.[1]?.replaceAll("_", "").trim();
      const found = rows.filter(([cell]) => cell === `\`${prefix}${option}\``).map((row) => row.at(-1));
      assert.notEqual(found.length, 0, `no row for ${prefix}${option}`);
      if (given) assert.ok(found.includes(given), `${option}: the default is ${given}, not ${found}`);
      else assert.ok(found.some((cell) => ["required", "none"].includes(cell ?? "")), `${option} has no default`);
    }
  });
}

test("every state, and every code of the API, has a row", async () => {
  const states = /type UploadState =(.*?);/s.exec(await read("src/options.ts"))?.[1]?.match(/(?<=\| ")\w+/g) ?? [];
  const codes = /^\s+ErrorCode: (.*);$/m.exec(await read("src/contract.ts"))?.[1]?.match(/\w+/g) ?? [];
  assert.ok(states.length > 5 && codes.length > 5, "no states or codes found");
  for (const word of [...states, ...codes]) {
    assert.ok(rows.some((row) => row.slice(0, 2).join().includes(`\`${word}\``)), `no row for ${word}`);
  }
});
