// Each check, for runs with one problem each.
import { expect, test } from "@playwright/test";
import type { Exchange } from "../browser/fault_proxy/exchange";
import { type LocalRun, sha256 } from "../browser/local_run/local_run";
import { checkFiles, checkOpenUploads, type FinishedRun } from "./checks";
import { bytesOf } from "./random";

const seed = 1;
const size = 10;
const key = "uploads/me/1/00000.zip";
const otherKey = "uploads/me/2/00000.zip";
const whole = sha256(bytesOf(seed, 0, size));

/** A run with one file. `objects` has the SHA-256 of the objects by their keys. */
function finishedRun(objects: Record<string, string>, more: Partial<FinishedRun> = {}): FinishedRun {
  const run = { keys: async () => Object.keys(objects), objectSha256: async (objectKey: string) => objects[objectKey] };
  const files = [{ index: 0, name: "00000.zip", size, abortAfter: undefined }];
  const outcomes = new Map([[0, { index: 0, stored: { key, size, sha256: whole } }]]);
  return { run: run as unknown as LocalRun, seed, files, outcomes, exchanges: [], ...more };
}

const abortError = { name: "AbortError", message: "", code: undefined, status: undefined };
const outcomes = new Map([[0, { index: 0, error: abortError }]]);
const files = [{ index: 0, name: "00000.zip", size, abortAfter: 5 }];

for (const [title, objects, more, problem] of [
  ["stored once", { [key]: whole }, {}, undefined],
  ["reported as stored, without an object", {}, {}, /no object/],
  ["reported as stored at another key", { [otherKey]: whole }, {}, /no object/],
  ["stored twice", { [key]: whole, [otherKey]: whole }, {}, /stored 2 times/],
  ["stored with other bytes", { [key]: sha256(new Uint8Array(1)) }, {}, /other bytes/],
  ["a promise that has not settled", { [key]: whole }, { outcomes: new Map() }, /not settled/],
  ["failed", {}, { outcomes }, /failed/],
  ["aborted", {}, { outcomes, files }, undefined],
  ["aborted, and stored in part", { [key]: "part" }, { outcomes, files }, /bytes/],
  ["an object that nobody has uploaded", { [key]: whole, "uploads/me/3/x.zip": whole }, {}, /nobody/],
] satisfies [string, Record<string, string>, Partial<FinishedRun>, RegExp | undefined][]) {
  test(`files: ${title}`, async () => {
    const found = await checkFiles(finishedRun(objects, more));
    expect(found.map((one) => one.problem)).toEqual(problem ? [expect.stringMatching(problem)] : []);
  });
}

for (const [title, open, requests, problem] of [
  ["nothing", [], [], undefined],
  ["never completed", ["id-1"], [["UploadPart", "id-1", 200]], /left open$/],
  ["interrupted while being completed", ["id-1etag"], [["CompleteMultipartUpload", "id-1", undefined]], /while being completed/],
  ["aborted, and still open", ["id-1"], [["AbortMultipartUpload", "id-1", 204]], /left open/],
  ["the abort had no response", ["id-1"], [["AbortMultipartUpload", "id-1", undefined]], undefined],
  ["its id was lost", ["id-2"], [["CreateMultipartUpload", undefined, undefined]], undefined],
  ["more than the lost ids", ["id-2", "id-3"], [["CreateMultipartUpload", undefined, undefined]], /unknown to the client/],
] satisfies [string, string[], [string, string | undefined, number | undefined][], RegExp | undefined][]) {
  test(`open uploads: ${title}`, async () => {
    const path = `/b/${key}`;
    const exchanges = requests.map(([operation, uploadId, status]) => ({ operation, uploadId, status, path }));
    const found = await checkOpenUploads(finishedRun({}, { exchanges: exchanges as Exchange[] }), open);
    expect(found.map((one) => one.problem)).toEqual(problem ? [expect.stringMatching(problem)] : []);
  });
}

test("open uploads: aborted, and stored", async () => {
  const abort = { operation: "AbortMultipartUpload", uploadId: "id-1", status: 204, path: `/b/${key}` } as Exchange;
  const found = await checkOpenUploads(finishedRun({ [key]: whole }, { exchanges: [abort] }), []);
  expect(found.map((one) => one.problem)).toEqual([expect.stringMatching(/it is stored/)]);
});
