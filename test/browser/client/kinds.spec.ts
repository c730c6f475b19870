// Limits, kinds and batches, with a real browser against the local run.
import { expect } from "@playwright/test";
import type { Template } from "../local_run/edited_run";
import { makeFile, test } from "./client_fixtures";

const KINDS = JSON.stringify([
  { name: "image", types: ["image/*"], maxSize: 1000 },
  { name: "contract", metadata: ["author"] },
  { name: "deed", maxSize: 1000, metadata: ["author"] },
]);

/** Small files, and three kinds: of images, of contracts with an author, and of small ones. */
function withKinds(template: Template): void {
  for (const { Type, Properties } of Object.values(template.Resources)) {
    const variables = Type === "AWS::Lambda::Function" && Properties.Environment.Variables;
    if (variables && "MAX_SIZE_BYTES" in variables) Object.assign(variables, { KINDS, MAX_SIZE_BYTES: String(1 << 20) });
  }
}

test("what the client refuses, the API refuses in the same words", async ({ editedRun, folder, openClient, faultProxy }) => {
  const client = await openClient(await editedRun(withKinds));
  const pdf = await makeFile(folder, "a.pdf", 2000);
  const large = await makeFile(folder, "large.pdf", (1 << 20) + 1);
  const png = await makeFile(folder, "a.png", 2000);
  for (const [file, options, code, isRefusedByClient] of [
    [large, {}, "SizeTooLarge", true],
    [png, { kind: "image" }, "SizeTooLarge", true],
    [pdf, { kind: "contract" }, "InvalidRequest", true],
    [pdf, { kind: "contract", metadata: { case: "7" } }, "InvalidRequest", true],
    [pdf, { kind: "deed" }, "SizeTooLarge", true],
    [pdf, { kind: "nonsense" }, "InvalidRequest", false],
    [pdf, { kind: "" }, "InvalidRequest", false],
    [pdf, { contentType: "x/y" }, "TypeNotAllowed", false],
    [pdf, { kind: "contract", metadata: { Author: "me" } }, undefined, false],
    [pdf, {}, undefined, false],
  ] as const) {
    faultProxy.exchanges = [];
    const { upload, plan } = await client.uploadAndPlan(file, options);
    expect(upload).toEqual(plan);
    expect(plan?.code).toBe(code);
    expect(faultProxy.requestsFor("POST /uploads")).toHaveLength(isRefusedByClient ? 1 : 2);
  }
});

test("twenty files are stored with a few requests to the API", async ({ run, folder, openClient, faultProxy }) => {
  const client = await openClient(run);
  const files = await Promise.all(Array.from({ length: 20 }, (_, i) => makeFile(folder, `${i}.txt`, 1000 + i)));
  await client.upload(...files);
  for (const [i, file] of files.entries()) await client.expectStored(i, file);
  expect(faultProxy.exchanges.filter(({ path }) => path.endsWith("/limits"))).toHaveLength(1);
  expect(faultProxy.requestsFor("POST /uploads/batch").length).toBeGreaterThan(1);
  expect(faultProxy.requestsFor("POST /uploads/batch").length + faultProxy.requestsFor("POST /uploads").length).toBeLessThan(6);
});
