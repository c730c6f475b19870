// How long signpost-client takes, beside Uppy with its adapters and curl. Nothing is asserted: the
// numbers are for reading, and depend on the machine and on what else it does.
//
//	make bench-client
//	make bench-client RUNS=5 CASE=unshaped # the cases with this in their title
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "@playwright/test";
import { test } from "../browser/fixtures";
import { FaultProxy } from "../browser/fault_proxy/fault_proxy";
import { findChromium } from "../browser/find_chromium";
import { setVariable, type Template } from "../browser/local_run/edited_run";
import { timeInBrowser } from "./browser_upload";
import { apiWork, cases, limitOf, line, makeFiles } from "./cases";
import { checkLine } from "./check_line";
import { hasCurl, timeCurl } from "./curl_upload";
import { buildPages, pageFolders, type PageName } from "./pages";
import { ShapedLine } from "./shaped_line";

const runs = Number(process.env.RUNS || 3);
const chosen = cases.filter(({ title }) => title.includes(process.env.CASE ?? ""));
const pages = Object.keys(pageFolders) as PageName[];

/** curl sends each file with one PUT. */
function oneRequestPerFile(template: Template): void {
  setVariable(template, "MULTIPART_THRESHOLD_BYTES", String(1 << 30));
}

test("uploads are timed", async ({ run, editedRun, folder }) => {
  const forCurl = await editedRun(oneRequestPerFile);
  const curlFound = await hasCurl();
  if (!curlFound) console.log("NOT RUN: curl, because it was not found in PATH");
  const proxy = new FaultProxy();
  proxy.pages = await buildPages(folder);
  proxy.keepConnections = true;
  const apis = [run, forCurl].map(({ outputs }) => new URL(outputs.ApiUrl).origin);
  proxy.chooseFault = ({ origin, method }) => {
    if (method === "POST" && apis.includes(origin)) return { kind: "hold", until: () => sleep(apiWork) };
    return undefined;
  };
  await proxy.listen();
  const shaped = new ShapedLine(new URL(proxy.url), line);
  await shaped.listen();
  const browser = await chromium.launch({ executablePath: findChromium() });
  try {
    console.log(`\n${new Date().toISOString()}, ${availableParallelism()} cores, load ${load()}, medians of ${runs} runs in seconds (and the fastest)`);
    const { roundTrip, one, six } = await checkLine(shaped.url);
    const rates = `${(one / 1e6).toFixed(1)} MB/s on one connection, ${(six / 1e6).toFixed(1)} MB/s on six`;
    console.log(`the shaped line gives ${roundTrip.toFixed(1)} ms for a round trip, ${rates}\n`);
    printRow("", [...pages, "curl -T", "limit", "load"]);
    for (const measured of chosen) {
      const files = await makeFiles(folder, measured);
      const paths = files.map(({ path }) => path);
      const isShaped = measured.line !== undefined;
      const times = new Map<string, number[]>();
      const record = (name: string, time: number) => times.set(name, [...(times.get(name) ?? []), time]);
      for (let i = 0; i < runs; i++) {
        // They take turns, so that a busy machine slows all of them alike.
        for (const page of pages) {
          record(page, await timeInBrowser(browser, { run, page, proxy: isShaped ? shaped.url : proxy.url, isShaped, paths }));
        }
        if (curlFound) record("curl", await timeCurl({ run: forCurl, proxy: isShaped ? shaped.url : undefined, files, folder }));
      }
      const results = [...pages, "curl"].map((name) => summary(times.get(name)));
      printRow(measured.title, [...results, seconds(limitOf(measured)), load()]);
    }
  } finally {
    await browser.close();
    shaped.close();
    proxy.close();
  }
});

function printRow(title: string, cells: string[]): void {
  console.log(title.padEnd(22) + cells.map((cell) => cell.padStart(17)).join(""));
}

/** The median and the fastest, which the machine's other work slowed least. */
function summary(times: number[] | undefined): string {
  if (!times) return seconds(undefined);
  const sorted = times.toSorted((a, b) => a - b);
  const median = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
  return `${seconds(median)} (${seconds(sorted[0])})`;
}

function seconds(time: number | undefined): string {
  return time === undefined ? "–" : (time / 1000).toFixed(2);
}

/** The number of processes that ran or waited for a core, in the last minute. */
function load(): string {
  return loadavg()[0]!.toFixed(1);
}
