// Real Uppy, 5.x and 6.x, with this project's adapters.
import { randomBytes } from "node:crypto";
import { expect, type Locator, type Page } from "@playwright/test";
import { makeFile, notResumable, partsSent, smallThreshold } from "../client/client_fixtures";
import { slowDown } from "../fault_proxy/faults";
import type { Fault } from "../fault_proxy/fault_proxy";
import { shown, test } from "./framework_page";
import { type LocalRun, sha256 } from "../local_run/local_run";

const MiB = 1 << 20;
const twoParts = 17 * MiB; // 16 MiB, and what is left
const inParts = `?multipartThreshold=${5 * MiB}`; // as smallThreshold has it

const row = (page: Page, name: string) => {
  return page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });
};
const choose = (page: Page, files: Parameters<Locator["setInputFiles"]>[0]) => {
  return page.getByLabel("Choose files").setInputFiles(files);
};
const press = (file: Locator, name: string) => file.getByRole("button", { name }).click();

/** Waits until Uppy says that it is stored; gives the SHA-256 of what lies in S3 under the key that Uppy was told. */
async function storedSha256(file: Locator, run: LocalRun): Promise<string> {
  await expect(file).toHaveAttribute("data-state", "stored", { timeout: 60_000 });
  return run.objectSha256(await shown(file, "key"));
}

/** Pauses when S3 has so many parts and the next one hangs, and goes on. */
async function pauseAndGoOn(file: Locator, parts: number): Promise<void> {
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
  /** Uppy 6 sends a file's parts one after the other. */
  const storedBesideOneThatHangs = (partCount: number) => (uppy === "uppy5" ? partCount - 1 : 1);

  test.describe(uppy, () => {
    test("small, empty and oddly named files are stored, each with its checksum", async ({ visit, run }) => {
      const page = await visit(uppy, run);
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
        const headers = puts.get(`/${run.outputs.UploadBucketName}/${await shown(row(page, name), "key")}`) ?? {};
        expect(headers["x-amz-checksum-sha256"]).toBe(sha256(buffer));
        expect(headers["content-type"]).toBe(mimeType);
        expect(headers["content-disposition"]).toContain(encodeURIComponent(name));
      }
    });

    test("101 MiB go in parts; after a pause only what is missing", async ({ visit, run, line, folder }) => {
      const film = await makeFile(folder, "film.mp4", 101 * MiB);
      const page = await visit(uppy, run);
      line.catch("UploadPart", hang, { skip: 1 });
      await choose(page, film.path);
      await pauseAndGoOn(row(page, film.name), storedBesideOneThatHangs(7));
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
      expect(line.of("ListParts")).toHaveLength(1);
      expect(line.of("CreateMultipartUpload")).toHaveLength(1);
      expect(partsSent(line), "each part is stored once").toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await run.unfinished()).toEqual([]);
    });

    test("pauses and goes on where parts can't be listed", async ({ visit, variant, line, folder }) => {
      const run = await variant(notResumable);
      const film = await makeFile(folder, "film.mp4", twoParts);
      const page = await visit(uppy, run, inParts);
      line.catch("UploadPart", hang, { skip: 1 });
      await choose(page, film.path);
      await pauseAndGoOn(row(page, film.name), storedBesideOneThatHangs(2));
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
      expect(line.of("ListParts")).toHaveLength(0);
      expect(partsSent(line), "each part is stored once").toEqual([1, 2]);
    });

    test("an upload that is cancelled leaves nothing in S3", async ({ visit, variant, line, folder }) => {
      const run = await variant(smallThreshold);
      const before = await run.keys();
      const film = await makeFile(folder, "film.mp4", twoParts);
      const page = await visit(uppy, run, inParts);
      line.catch("UploadPart", hang, { skip: 1 });
      await choose(page, film.path);
      await expect(row(page, film.name)).toHaveAttribute("data-parts", String(storedBesideOneThatHangs(2)));
      expect(await run.unfinished()).toHaveLength(1);
      await press(row(page, film.name), "Cancel");
      await expect.poll(() => run.unfinished()).toEqual([]);
      await expect(row(page, film.name)).toHaveCount(0);
      expect(await run.keys()).toEqual(before);
    });

    test("a part whose URL has run out is signed anew", async ({ visit, variant, line, folder }) => {
      const run = await variant(smallThreshold);
      const film = await makeFile(folder, "film.mp4", twoParts);
      const page = await visit(uppy, run, inParts);
      line.catch("UploadPart", expired, { skip: 1 });
      await choose(page, film.path);
      if (uppy === "uppy6") {
        // Uppy 6 leaves trying again to the user.
        await expect(row(page, film.name)).toHaveAttribute("data-error", /AccessDenied/);
        await press(row(page, film.name), "Retry");
      }
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
      expect(line.of("CreateMultipartUpload")).toHaveLength(1);
      expect(partsSent(line), "only that part is sent again").toEqual([1, 2]);
    });

    test("a deployment with another threshold: said, right when tried again", async ({ visit, variant, folder }) => {
      const run = await variant(smallThreshold);
      const film = await makeFile(folder, "film.mp4", 6 * MiB);
      const page = await visit(uppy, run);
      await choose(page, film.path);
      await expect(row(page, film.name)).toHaveAttribute("data-error", /set multipartThreshold/);
      await press(row(page, film.name), "Retry");
      expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
    });
  });
}

// Uppy 6 sends every request itself; Uppy 5 lets the adapter.
for (const [what, operation, size] of [
  ["a file", "PutObject", 1000],
  ["the last request", "CompleteMultipartUpload", twoParts],
] as const) {
  test(`uppy5: S3 is too busy, then the answer to ${what} is lost: it is stored, once`, async ({
    visit,
    variant,
    line,
    folder,
  }) => {
    const run = await variant(smallThreshold);
    const before = await run.keys();
    const film = await makeFile(folder, "film.mp4", size);
    const page = await visit("uppy5", run, inParts);
    const lost = line.catch(operation, { kind: "lose answer" });
    const busy = line.catch(operation, slowDown, { times: 2 });
    await choose(page, film.path);
    expect(await storedSha256(row(page, film.name), run)).toBe(film.sha256);
    expect([busy.caught, lost.caught]).toEqual([2, 1]);
    expect(await run.keys()).toHaveLength(before.length + 1);
  });
}
