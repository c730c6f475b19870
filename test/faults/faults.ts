// Files sent by the client, through a proxy that spoils connections, to a local run that is killed (-9) at random moments,
// also while parts are being joined. In the end each must be there, whole, once.
//
//   UPLOADS=30 SEED=1 node test/faults/faults.ts
//
// The seed decides the files, the faults and the kills' moments as drawn, not how the processes then interleave.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Proxy } from "./proxy.ts";
import { Random } from "./random.ts";
import { Run } from "./run.ts";

const uploads = Number(process.env["UPLOADS"] ?? 30);
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const threshold = 5 << 20; // the least that S3 allows
const uploadsPerKill = 10;

interface Result {
  size: number;
  sha256: string;
  key?: string;
  error?: string;
}

console.log(`faults: ${uploads} uploads, seed ${seed}`);
const random = new Random(seed);
const run = await Run.start(threshold);
const proxy = new Proxy(new Random(seed + 1));
const proxyUrl = await proxy.listen();
proxy.spared.add(new URL(run.outputs.Local.CognitoEndpoint).host);
proxy.oneIn = 6;

const results: Result[] = [];
const sender = spawn(
  process.execPath,
  ["--no-warnings", join(import.meta.dirname, "send.ts"), JSON.stringify({ outputs: run.outputs, uploads, seed, threshold })],
  { env: { ...process.env, NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxyUrl, NO_PROXY: "" }, stdio: ["ignore", "pipe", "inherit"] },
);
const ended = new Promise<number | null>((done) => sender.once("exit", done));
createInterface(sender.stdout).on("line", (line) => results.push(JSON.parse(line) as Result));

let kills = 0;
let whileJoining = 0;
for (let at = uploadsPerKill / 2; sender.exitCode === null; ) {
  await sleep(20);
  if (results.length < at) continue;
  at += uploadsPerKill;
  // Joining takes milliseconds: a moment in it is seldom hit by chance.
  if (random.oneIn(2) && (await run.joining(10_000))) whileJoining++;
  else await sleep(random.below(500));
  await run.kill();
  kills++;
  await sleep(random.below(1000));
  await run.begin();
}
const status = await ended;

const problems: string[] = [];
if (status !== 0) problems.push(`the sender ended with ${status}`);
if (results.length !== uploads) problems.push(`${results.length} of ${uploads} uploads came to an end`);
for (const { key, sha256, size, error } of results) {
  if (!key) {
    problems.push(`${size} bytes were not stored: ${error}`);
    continue;
  }
  const stored = await run.object(key).catch(() => undefined);
  const found = stored && createHash("sha256").update(stored).digest("hex");
  if (found !== sha256) problems.push(`${key} is said to be stored, and is ${stored ? "another file" : "not there"}`);
}
const keys = new Set(results.map(({ key }) => key));
if (keys.size !== results.length) problems.push("two uploads have one key");
const objects = await run.objects();
if (objects.length > uploads) problems.push(`there are ${objects.length} objects for ${uploads} uploads`);

const struck = [...proxy.struck].map(([fault, times]) => `${times} ${fault}`).join(", ");
console.log(`faults: ${kills} kills, ${whileJoining} of them while parts were being joined; connections: ${struck}`);
proxy.close();
await run.remove();
for (const problem of problems) console.log(`faults: ${problem}`);
console.log(problems.length > 0 ? `faults: FAILED with seed ${seed}` : "faults: each file is there, whole, once");
process.exitCode = problems.length > 0 ? 1 : 0;
