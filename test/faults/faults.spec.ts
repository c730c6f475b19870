// Uploads with the published client in Chromium, while requests fail: the proxy refuses, cuts,
// resets and stalls them, loses responses and responds with 503. The local run is killed and
// started again, also while it joins parts. At the end, each file must be stored once, and no
// promise may have reported an object that didn't exist.
//
// It needs a real browser. Node.js has no XMLHttpRequest, no preflights, no CORS that hides the
// reason of a failure, and it doesn't retry requests on reused connections by itself.
//
//	make test-faults [UPLOADS=20] [SEED=…]
//
// The seed decides the files, the faults and the kills. The machine's speed decides which requests
// are in progress at a kill, and the order of the requests to the API. So the same seed has the
// same plan, and mostly the same outcome.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { newContext } from "../browser/client/client_fixtures";
import { FaultProxy } from "../browser/fault_proxy/fault_proxy";
import { idTokenOf } from "../browser/local_run/cognito_api";
import { setVariable, startLocal } from "../browser/local_run/edited_run";
import type { LocalRun } from "../browser/local_run/local_run";
import { baseName, checkDownloads, checkFiles, checkOpenUploads, type Problem } from "./checks";
import { History } from "./history";
import { Killer } from "./killer";
import { pageWithPackedClient } from "./packed_client";
import type { Outcome } from "./page/main";
import { planFault, planFiles, planKills, threshold } from "./plan";
import { randomOf } from "./random";

const uploads = wholeNumber("UPLOADS", "20");
const seed = wholeNumber("SEED", "");
const timeLimit = 60_000 + 1_500 * uploads; // ms for the uploads
const isLong = uploads >= 100;
const faultKinds = 9; // the number of kinds in plan.ts

/** Many tries with short delays, so that uploads survive a restart and several faults in a row. */
const retry = { limit: 60, minDelay: 50, maxDelay: 1000, stallTimeout: 2000 };

let run: LocalRun;
let folder: string;
let pageUrl: string;
const faultProxy = new FaultProxy();

test.beforeAll(async () => {
  test.setTimeout(120_000);
  folder = await mkdtemp(join(tmpdir(), "signpost-faults-"));
  faultProxy.pages = await pageWithPackedClient(folder);
  run = await startLocal((template) => setVariable(template, "MULTIPART_THRESHOLD_BYTES", String(threshold)));
  pageUrl = new URL("/faults/", run.outputs.Local.PageUrl).href; // The proxy serves it there.
  await faultProxy.listen();
});

test.afterAll(async () => {
  faultProxy.close();
  await run?.stop();
  await rm(folder, { recursive: true, force: true });
});

test(`${uploads} uploads while requests fail: SEED=${seed}`, async ({ browser }) => {
  test.setTimeout(timeLimit + 120_000);
  const files = planFiles(seed, uploads);
  const history = new History();
  const killer = new Killer(run, planKills(seed, uploads), (event) => history.addServerEvent(event));
  const outcomes = new Map<number, Outcome>();
  const problems: Problem[] = [];
  const tries = new Map<string, number>();

  faultProxy.chooseFault = (exchange, length) => {
    const { method, operation, path, partNumber } = exchange;
    const request = [method, operation, operation.startsWith("POST /") ? "" : baseName(path), partNumber].join(" ");
    const earlierTries = tries.get(request) ?? 0;
    tries.set(request, earlierTries + 1);
    return planFault(seed, { exchange, tries: earlierTries, length, allowsApiStalls: isLong });
  };
  faultProxy.onRequest = (exchange, from) => {
    history.addRequest(exchange, from);
    killer.onRequest(exchange);
  };
  const report = (outcome: Outcome) => {
    const { index, stored } = outcome;
    // Checked now, because the object might come later than the promise.
    if (stored && !existsSync(run.pathOf(stored.key))) {
      problems.push({ name: files[index]!.name, problem: "reported as stored before it was" });
    }
    outcomes.set(index, outcome);
    killer.endedUploads = outcomes.size;
    // A browser reuses a connection that the server keeps open, as AWS's servers do. If it breaks
    // before the response, the browser itself retries the request (Volafile/volafile-bugs#133).
    faultProxy.keepConnections = randomOf(seed, "keeps connections", Math.floor(outcomes.size / 10))() < 0.5;
    if (outcomes.size % 100 === 0) console.log(`${outcomes.size} of ${files.length} have ended, ${killer.kills} kills`);
  };

  const began = Date.now();
  const token = await idTokenOf(run, "first");
  const pages = Math.min(3, Math.ceil(uploads / 10));
  const work = Array.from({ length: pages }, async (_, i) => {
    const context = await newContext(browser, faultProxy); // Each has its own connections.
    const page = await context.newPage();
    await page.exposeFunction("report", report);
    await page.exposeFunction("newToken", () => idTokenOf(run, "first"));
    await page.goto(pageUrl);
    const ownFiles = files.filter(({ index }) => index % pages === i);
    await page.evaluate((all) => window.run(all), { apiUrl: run.outputs.ApiUrl, token, seed, files: ownFiles, retry });
  });
  const late = sleep(timeLimit, undefined, { ref: false });
  await Promise.race([Promise.all(work), killer.failed, late]);
  await Promise.race([killer.stop(), killer.failed]);
  const took = Date.now() - began;
  faultProxy.chooseFault = () => undefined;
  faultProxy.onRequest = () => {};

  const finished = { run, seed, files, outcomes, exchanges: faultProxy.exchanges };
  problems.push(...(await checkFiles(finished)));
  problems.push(...(await checkOpenUploads(finished, await openUploads(run))));
  problems.push(...(await checkDownloads(finished, await idTokenOf(run, "first"))));
  const kinds = Object.entries(Object.groupBy(faultProxy.exchanges, ({ fault = "" }) => fault)).filter(([kind]) => kind);
  const counts = kinds.map(([kind, exchanges]) => `${exchanges?.length} × ${kind}`).join(", ");
  console.log(
    `${outcomes.size} uploads in ${Math.round(took / 1000)} s, ${faultProxy.exchanges.length} requests, ` +
      `${killer.kills} kills, ${killer.interruptedCompletes.size} uploads then being completed, ${counts}`,
  );
  expect(describe(problems, history), "problems").toBe("");
  expect(killer.kills, "kills").toBeGreaterThan(0);
  if (isLong) expect(killer.interruptedCompletes.size, "kills while an upload was being completed").toBeGreaterThan(0);
  expect(kinds.length, "kinds of faults").toBeGreaterThanOrEqual(isLong ? faultKinds : 4);
});

/** The open multipart uploads, once the client has had time to abort those that it gives up. */
async function openUploads(local: LocalRun): Promise<string[]> {
  let open = await local.unfinished();
  for (let same = 0; open.length > 0 && same < 10; await sleep(300)) {
    const now = await local.unfinished();
    same = now.length === open.length ? same + 1 : 0;
    open = now;
  }
  return open;
}

/** Lists the problems of each file and, for the first ten files, their requests. */
function describe(problems: Problem[], history: History): string {
  if (problems.length === 0) return "";
  const ofFiles = Object.entries(Object.groupBy(problems, ({ name }) => name));
  const lines = ofFiles.map(([name, fileProblems = []], i) => {
    const requests = i < 10 ? history.linesFor(name).map((request) => `\n    ${request}`) : [];
    return fileProblems.map(({ problem }) => `\n  ${name}: ${problem}`).join("") + requests.join("");
  });
  return `${problems.length} problems, SEED=${seed} UPLOADS=${uploads}:${lines.join("")}\n`;
}

function wholeNumber(name: string, fallback: string): number {
  const text = process.env[name] || fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name}=${text} must be a whole number from 1`);
  return value;
}
