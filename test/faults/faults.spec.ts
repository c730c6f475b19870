// Uploads by the client as it is published, in Chromium, while everything between it and S3 fails: the proxy refuses,
// cuts, resets, stalls, loses answers and says 503, and the local run is killed and started again, also while it joins
// parts. In the end each file is stored, whole and once, and no promise has said so without its object.
//
// It is a real browser, not Node: only there are XMLHttpRequest, preflights, CORS's silence about failures, and
// connections that are used again and requests that the browser itself then sends again.
//
//	make test-faults [UPLOADS=20] [SEED=…]
//
// The seed decides the files, what goes wrong with which request, and when the server is killed. How fast the machine
// is decides the rest: which requests are under way then, and in what order the API is asked. So a seed repeats the
// decisions, and mostly, but not always, what comes of them.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { signIn } from "../browser/client/client_page";
import { newContext } from "../browser/client/client_fixtures";
import { setVariable, startAssembly } from "../browser/local_run/edited_run";
import { FaultProxy } from "../browser/fault_proxy/fault_proxy";
import type { LocalRun } from "../browser/local_run/local_run";
import { checkFiles, checkOpen, checkReadable, lastOf, type Problem } from "./checks";
import { History } from "./history";
import { Killer } from "./killer";
import { pageWithPackedClient } from "./packed_client";
import type { Outcome } from "./page/main";
import { planFault, planFiles, planKills, threshold } from "./plan";
import { randomOf } from "./random";
import { pageOrigin, synthesize } from "./synthesize";

const uploads = wholeNumber("UPLOADS", "20");
const seed = wholeNumber("SEED", "");
const timeLimit = 60_000 + 1_500 * uploads; // ms for the uploads
const isLong = uploads >= 100;
const allKinds = 9; // of faults that plan.ts chooses from

/** Many quick tries: an upload must outlast a restart, and few faults in a row must not end it. */
const retry = { limit: 60, minDelay: 50, maxDelay: 1000, stallTimeout: 2000 };

let run: LocalRun;
let folder: string;
const line = new FaultProxy();

test.beforeAll(async () => {
  test.setTimeout(300_000); // on a fresh machine the CDK app is compiled first
  folder = await mkdtemp(join(tmpdir(), "signpost-faults-"));
  const assembly = join(folder, "assembly");
  [line.pages] = await Promise.all([pageWithPackedClient(folder), synthesize(assembly)]);
  run = await startAssembly(assembly, (template) => {
    setVariable(template, "MULTIPART_THRESHOLD_BYTES", String(threshold));
  });
  await line.listen();
});

test.afterAll(async () => {
  line.close();
  await run?.stop();
  await rm(folder, { recursive: true, force: true });
});

test(`${uploads} uploads, whatever fails: SEED=${seed}`, async ({ browser }) => {
  test.setTimeout(timeLimit + 120_000);
  const files = planFiles(seed, uploads);
  const history = new History();
  const killer = new Killer(run, planKills(seed, uploads), (words) => history.server(words));
  const outcomes = new Map<number, Outcome>();
  const problems: Problem[] = [];
  const tries = new Map<string, number>();

  line.choose = (exchange, length) => {
    const { method, operation, path, partNumber } = exchange;
    const same = [method, operation, operation.startsWith("POST /") ? "" : lastOf(path), partNumber].join(" ");
    const before = tries.get(same) ?? 0;
    tries.set(same, before + 1);
    return planFault(seed, { exchange, tries: before, length, patience: isLong });
  };
  line.watch = (exchange, from) => {
    history.note(exchange, from);
    killer.seen(exchange);
  };
  const tell = (outcome: Outcome) => {
    const { index, stored } = outcome;
    // Looked at now too: what comes later was not there when the promise said so.
    if (stored && !existsSync(run.pathOf(stored.key))) {
      problems.push({ name: files[index]!.name, what: "said to be stored when it was not yet" });
    }
    outcomes.set(index, outcome);
    killer.ended = outcomes.size;
    // A browser uses a connection again where the server lets it, as AWS's do. If such a one breaks before the answer,
    // it sends the request again by itself (Volafile/volafile-bugs#133): to S3 that is one more try.
    line.keepsConnections = randomOf(seed, "keeps connections", Math.floor(outcomes.size / 10))() < 0.5;
    if (outcomes.size % 100 === 0) console.log(`${outcomes.size} of ${files.length} have ended, ${killer.kills} kills`);
  };

  const began = Date.now();
  const token = await signIn(run, "first");
  const pages = Math.min(3, Math.ceil(uploads / 10));
  const work = Array.from({ length: pages }, async (_, i) => {
    const context = await newContext(browser, line); // each with connections of its own
    const page = await context.newPage();
    await page.exposeFunction("tell", tell);
    await page.exposeFunction("newToken", () => signIn(run, "first"));
    await page.goto(`${pageOrigin}/faults/`);
    const mine = files.filter(({ index }) => index % pages === i);
    await page.evaluate((all) => window.run(all), { apiUrl: run.outputs.ApiUrl, token, seed, files: mine, retry });
  });
  const late = sleep(timeLimit, undefined, { ref: false });
  await Promise.race([Promise.all(work), killer.failed, late]);
  await Promise.race([killer.stop(), killer.failed]);
  const took = Date.now() - began;
  line.choose = () => undefined;
  line.watch = () => {};

  const finished = { run, seed, files, outcomes, exchanges: line.exchanges };
  problems.push(...(await checkFiles(finished)));
  problems.push(...(await checkOpen(finished, await settled(run))));
  problems.push(...(await checkReadable(finished, await signIn(run, "first"))));
  const kinds = Object.entries(Object.groupBy(line.exchanges, ({ fault = "" }) => fault)).filter(([kind]) => kind);
  const seen = kinds.map(([kind, exchanges]) => `${exchanges?.length} × ${kind}`).join(", ");
  console.log(
    `${outcomes.size} uploads in ${Math.round(took / 1000)} s, ${line.exchanges.length} requests, ` +
      `${killer.kills} kills, ${killer.halfJoined.size} uploads then being joined, ${seen}`,
  );
  expect(told(problems, history), "what is wrong").toBe("");
  expect(killer.kills, "kills").toBeGreaterThan(0);
  if (isLong) expect(killer.halfJoined.size, "uploads that were being joined").toBeGreaterThan(0);
  expect(kinds.length, "kinds of faults").toBeGreaterThanOrEqual(isLong ? allKinds : 4);
});

/** The uploads in parts that are open once the client has had time to give up those that it abandons. */
async function settled(local: LocalRun): Promise<string[]> {
  let open = await local.unfinished();
  for (let same = 0; open.length > 0 && same < 10; await sleep(300)) {
    const now = await local.unfinished();
    same = now.length === open.length ? same + 1 : 0;
    open = now;
  }
  return open;
}

/** The problems of each file, and for the first files their requests. */
function told(problems: Problem[], history: History): string {
  if (problems.length === 0) return "";
  const ofFiles = Object.entries(Object.groupBy(problems, ({ name }) => name));
  const lines = ofFiles.map(([name, itsProblems = []], i) => {
    const requests = i < 10 ? history.of(name).map((request) => `\n    ${request}`) : [];
    return itsProblems.map(({ what }) => `\n  ${name}: ${what}`).join("") + requests.join("");
  });
  return `${problems.length} problems, SEED=${seed} UPLOADS=${uploads}:${lines.join("")}\n`;
}

function wholeNumber(name: string, otherwise: string): number {
  const text = process.env[name] || otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name}=${text} must be a whole number from 1`);
  return value;
}
