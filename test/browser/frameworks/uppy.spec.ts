// Uppy 5.x and 6.x with the client's adapters.
import { randomBytes } from "node:crypto";
import { expect, type Locator, type Page } from "@playwright/test";
import { makeFile, smallThreshold, storedParts, withoutResumable } from "../client/client_fixtures";
import type { Fault } from "../fault_proxy/fault_proxy";
import { slowDown } from "../fault_proxy/faults";
import { type LocalRun, sha256 } from "../local_run/local_run";
import { dataOf, test } from "./framework_page";

const MiB = 1 << 20;
const twoParts = 6 * MiB; // one of 5 MiB, and the rest
const inParts = `?multipartThreshold=${5 * MiB}`; // the one of smallThreshold

const row = (page: Page, name: string) => {
  return page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });
};
const choose = (page: Page, files: Parameters<Locator["setInputFiles"]>[0]) => {
  return page.getByLabel("Choose files").setInputFiles(files);
};
const press = (file: Locator, name: string) => file.getByRole("button", { name }).click();

/**
 * Waits until Uppy reports that the file is stored. Returns the SHA-256 of the object with the key
 * that Uppy has.
 */
async function storedSha256(file: Locator, run: LocalRun): Promise<string> {
  await expect(file).toHaveAttribute("data-state", "stored", { timeout: 60_000 });
  return run.objectSha256(await dataOf(file, "key"));
}

/** Pauses and resumes once S3 has this many parts. */
async function pauseAndResume(file: Locator, parts: number): Promise<void> {
  await expect(file).toHaveAttribute("data-parts", String(parts), { timeout: 60_000 });
  await press(file, "Pause or resume");
  await expect(file).toHaveAttribute("data-state", "paused");
  await press(file, "Pause or resume");
}

const hang: Fault = { kind: "stall", after: 0 };
/** S3's answer, as far as both Uppys read it. */
const expired: Fault = {
  kind: "answer",
  status: 403,
  headers: { "Content-Type": "application/xml" },
  body: "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>600</X-Amz-Expires></Error>",
};

for (const uppy of ["uppy5", "uppy6"] as const) {
  /**
   * The parts that S3 has when the second one hangs. Uppy 6 sends a file's parts one after the
   * other.
   */
  const partsStoredBeforeHang = (partCount: number) => (uppy === "uppy5" ? partCount - 1 : 1);

  test.describe(uppy, () => {
    test("small and empty files, and one with a non-ASCII name, are stored with their checksums", async ({ openFramework, run }) => {
      const page = await openFramework(uppy, run);
      const puts = new Map<string, Record<string, string>>();
      page.on("request", (put) => put.method() === "PUT" && puts.set(new URL(put.url()).pathname, put.headers()));
      const files = [
        { name: "hello.txt", mimeType: "text/plain", buffer: Buffer.from("Hello, S3!\n") },
        { name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
        { name: "Grüße aus 東京.png", mimeType: "image/png", buffer: randomBytes(300_000) },
      ];
      await choose(page, files);
      for (const { name, mimeType, buffer } of files) {
        expect(await storedSha256(row(page, name), run), name).toBe(sha256(buffer));
        const headers = puts.get(`/${run.outputs.UploadBucketName}/${await dataOf(row(page, name), "key")}`) ?? {};
        expect(headers["x-amz-checksum-sha256"]).toBe(sha256(buffer));
        expect(headers["content-type"]).toBe(mimeType);
        expect(headers["content-disposition"]).toContain(encodeURIComponent(name));
      }
    });

    test("a file over the threshold is sent in parts, and after a pause only the missing parts are sent", async ({ openFramework, run, faultProxy, folder }) => {
      const film = await makeFile(folder, "film.mp4", 17 * MiB);
      const page = await openFramework(uppy, run);
      faultProxy.injectFault("UploadPart", hang, { skip: 1 });
      await choose(page, film.path);
      await pauseAndResume(row(page, film.name), partsStoredBeforeHang(4));
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
      expect(faultProxy.requestsFor("ListParts")).toHaveLength(1);
      expect(faultProxy.requestsFor("CreateMultipartUpload")).toHaveLength(1);
      expect(storedParts(faultProxy), "each part is stored once").toEqual([1, 2, 3, 4]);
      expect(await run.unfinished()).toEqual([]);
    });

    test("an upload is paused and resumed in a deployment that can't list parts", async ({ openFramework, editedRun, faultProxy, folder }) => {
      const run = await editedRun(withoutResumable);
      const film = await makeFile(folder, "film.mp4", twoParts);
      const page = await openFramework(uppy, run, inParts);
      faultProxy.injectFault("UploadPart", hang, { skip: 1 });
      await choose(page, film.path);
      await pauseAndResume(row(page, film.name), partsStoredBeforeHang(2));
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
      expect(faultProxy.requestsFor("ListParts")).toHaveLength(0);
      expect(storedParts(faultProxy), "each part is stored once").toEqual([1, 2]);
    });

    test("a cancelled upload leaves nothing in S3", async ({ openFramework, editedRun, faultProxy, folder }) => {
      const run = await editedRun(smallThreshold);
      const before = await run.keys();
      const film = await makeFile(folder, "film.mp4", twoParts);
      const page = await openFramework(uppy, run, inParts);
      faultProxy.injectFault("UploadPart", hang, { skip: 1 });
      await choose(page, film.path);
      await expect(row(page, film.name)).toHaveAttribute("data-parts", String(partsStoredBeforeHang(2)));
      expect(await run.unfinished()).toHaveLength(1);
      await press(row(page, film.name), "Cancel");
      await expect.poll(() => run.unfinished()).toEqual([]);
      await expect(row(page, film.name)).toHaveCount(0);
      expect(await run.keys()).toEqual(before);
    });

    test("an expired URL of a part is signed again", async ({ openFramework, editedRun, faultProxy, folder }) => {
      const run = await editedRun(smallThreshold);
      const film = await makeFile(folder, "film.mp4", twoParts);
      const page = await openFramework(uppy, run, inParts);
      faultProxy.injectFault("UploadPart", expired, { skip: 1 });
      await choose(page, film.path);
      if (uppy === "uppy6") {
        // In Uppy 6 the user has to retry.
        await expect(row(page, film.name)).toHaveAttribute("data-error", /AccessDenied/);
        await press(row(page, film.name), "Retry");
      }
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
      expect(faultProxy.requestsFor("CreateMultipartUpload")).toHaveLength(1);
      expect(storedParts(faultProxy), "only that part is sent again").toEqual([1, 2]);
    });

    test("with the wrong multipartThreshold, the error says so, and a retry succeeds", async ({ openFramework, editedRun, folder }) => {
      const run = await editedRun(smallThreshold);
      const film = await makeFile(folder, "film.mp4", 6 * MiB);
      const page = await openFramework(uppy, run, `?multipartThreshold=${16 * MiB}`);
      await choose(page, film.path);
      await expect(row(page, film.name)).toHaveAttribute("data-error", /leave out multipartThreshold/);
      await press(row(page, film.name), "Retry");
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
    });
  });
}

// Only Uppy 5 lets the adapter send the requests.
for (const [title, operation, size] of [
  ["a file", "PutObject", 1000],
  ["the last request", "CompleteMultipartUpload", twoParts],
] as const) {
  test(`uppy5: the file is stored once if S3 is busy and then the response to ${title} is lost`, async ({
    openFramework,
    editedRun,
    faultProxy,
    folder,
  }) => {
    const run = await editedRun(smallThreshold);
    const before = await run.keys();
    const film = await makeFile(folder, "film.mp4", size);
    const page = await openFramework("uppy5", run, inParts);
    const lost = faultProxy.injectFault(operation, { kind: "lose answer" });
    const busy = faultProxy.injectFault(operation, slowDown, { times: 2 });
    await choose(page, film.path);
    expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
    expect([busy.count, lost.count]).toEqual([2, 1]);
    expect(await run.keys()).toHaveLength(before.length + 1);
  });
}
