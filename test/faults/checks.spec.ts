// Each check can fail: held against runs that went wrong in one way.
import { expect, test } from "@playwright/test";
import type { Exchange } from "../browser/fault_proxy/exchange";
import { type LocalRun, sha256 } from "../browser/local_run/local_run";
import { checkFiles, checkOpen, type Finished } from "./checks";
import { bytesOf } from "./random";

const seed = 1;
const size = 10;
const key = "uploads/me/1/00000.zip";
const otherKey = "uploads/me/2/00000.zip";
const whole = sha256(bytesOf(seed, 0, size));

/** A run of one file with these objects: their SHA-256 by key. */
function finished(objects: Record<string, string>, more: Partial<Finished> = {}): Finished {
  const run = { keys: async () => Object.keys(objects), objectSha256: async (of: string) => objects[of] };
  const files = [{ index: 0, name: "00000.zip", size, abortAfter: undefined }];
  const outcomes = new Map([[0, { index: 0, stored: { key, size, sha256: whole } }]]);
  return { run: run as unknown as LocalRun, seed, files, outcomes, exchanges: [], ...more };
}

const abortError = { name: "AbortError", message: "", code: undefined, status: undefined };
const outcomes = new Map([[0, { index: 0, error: abortError }]]);
const files = [{ index: 0, name: "00000.zip", size, abortAfter: 5 }];

for (const [what, objects, more, problem] of [
  ["a file that is stored, whole and once", { [key]: whole }, {}, undefined],
  ["a promise without its object", {}, {}, /no object/],
  ["a promise of another object", { [otherKey]: whole }, {}, /no object/],
  ["a second object", { [key]: whole, [otherKey]: whole }, {}, /stored 2 times/],
  ["other bytes", { [key]: sha256(new Uint8Array(1)) }, {}, /other bytes/],
  ["a promise that has not settled", { [key]: whole }, { outcomes: new Map() }, /not settled/],
  ["a file that failed", {}, { outcomes }, /failed/],
  ["a file that was given up", {}, { outcomes, files }, undefined],
  ["a file that was given up, and is stored in part", { [key]: "part" }, { outcomes, files }, /bytes/],
  ["an object of nobody's", { [key]: whole, "uploads/me/3/x.zip": whole }, {}, /nobody/],
] satisfies [string, Record<string, string>, Partial<Finished>, RegExp | undefined][]) {
  test(`files: ${what}`, async () => {
    const found = await checkFiles(finished(objects, more));
    expect(found.map((one) => one.what)).toEqual(problem ? [expect.stringMatching(problem)] : []);
  });
}

for (const [what, open, requests, problem] of [
  ["nothing", [], [], undefined],
  ["what was never joined", ["id-1"], [["UploadPart", "id-1", 200]], /left open$/],
  ["what was half joined", ["id-1etag"], [["CompleteMultipartUpload", "id-1", undefined]], /half joined/],
  ["what was given up, and is still there", ["id-1"], [["AbortMultipartUpload", "id-1", 204]], /left open/],
  ["what could not be given up", ["id-1"], [["AbortMultipartUpload", "id-1", undefined]], undefined],
  ["what nobody was told of", ["id-2"], [["CreateMultipartUpload", undefined, undefined]], undefined],
  ["one more than was asked for", ["id-2", "id-3"], [["CreateMultipartUpload", undefined, undefined]], /knows nothing/],
] satisfies [string, string[], [string, string | undefined, number | undefined][], RegExp | undefined][]) {
  test(`open: ${what}`, async () => {
    const path = `/b/${key}`;
    const exchanges = requests.map(([operation, uploadId, status]) => ({ operation, uploadId, status, path }));
    const found = await checkOpen(finished({}, { exchanges: exchanges as Exchange[] }), open);
    expect(found.map((one) => one.what)).toEqual(problem ? [expect.stringMatching(problem)] : []);
  });
}

test("open: what S3 said was given up, and is stored", async () => {
  const abort = { operation: "AbortMultipartUpload", uploadId: "id-1", status: 204, path: `/b/${key}` } as Exchange;
  const found = await checkOpen(finished({ [key]: whole }, { exchanges: [abort] }), []);
  expect(found.map((one) => one.what)).toEqual([expect.stringMatching(/it is stored/)]);
});
