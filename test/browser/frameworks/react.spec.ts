// The hook from the client's README in a React page, in StrictMode.
import { expect, type Page } from "@playwright/test";
import { type LocalFile, makeFile, storedParts, smallThreshold } from "../client/client_fixtures";
import type { FaultProxy } from "../fault_proxy/fault_proxy";
import { dataOf, test } from "./framework_page";

const MiB = 1 << 20;

const choose = (page: Page, file: LocalFile) => page.getByLabel("Choose a file").setInputFiles(file.path);
const press = (page: Page, name: string) => page.getByRole("button", { name }).click();
const status = (page: Page) => page.getByRole("status");

/** Uploads until the second part hangs and React shows that the first one is stored. */
async function uploadUntilHang(page: Page, faultProxy: FaultProxy, file: LocalFile): Promise<void> {
  faultProxy.injectFault("UploadPart", { kind: "stall", after: 0 }, { skip: 1 });
  await choose(page, file);
  await expect(status(page)).toHaveText(/uploading, part 1 of 2/);
}

test("a file is stored once, and its progress is shown", async ({ openFramework, run, faultProxy, folder }) => {
  const before = await run.keys();
  const film = await makeFile(folder, "film.mp4", 9 * MiB);
  const page = await openFramework("react", run);
  faultProxy.bandwidth = 6 * MiB;
  const values: number[] = [];
  await page.exposeFunction("recordProgress", (value: number) => values.push(value));
  await page.evaluate(() => {
    const record = () => (window as any).recordProgress(document.querySelector("progress")?.value ?? 0);
    new MutationObserver(record).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await choose(page, film);
  await expect(status(page)).toHaveAttribute("data-state", "stored");
  const key = await dataOf(status(page), "key");
  expect(await run.objectSha256(key)).toBe(film.sha256);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(faultProxy.requestsFor("PutObject"), "StrictMode doesn't upload twice").toHaveLength(1);
  expect(values.filter((value) => value > 0 && value < film.size).length, "progress during the upload").toBeGreaterThan(1);
  expect(values).toEqual([...values].sort((a, b) => a - b));
});

test("an upload is paused and resumed", async ({ openFramework, editedRun, faultProxy, folder }) => {
  const run = await editedRun(smallThreshold);
  const film = await makeFile(folder, "film.mp4", 6 * MiB);
  const page = await openFramework("react", run);
  await uploadUntilHang(page, faultProxy, film);
  await press(page, "Pause");
  await expect(status(page)).toHaveAttribute("data-state", "paused");
  await press(page, "Resume");
  await expect(status(page)).toHaveAttribute("data-state", "stored");
  expect(await run.objectSha256(await dataOf(status(page), "key"))).toBe(film.sha256);
  expect(storedParts(faultProxy)).toEqual([1, 2]);
});

for (const [title, button] of [["unmounted with its component", "Close"], ["cancelled", "Cancel"]] as const) {
  test(`an upload that is ${title} leaves nothing in S3`, async ({ openFramework, editedRun, faultProxy, folder }) => {
    const run = await editedRun(smallThreshold);
    const before = await run.keys();
    const film = await makeFile(folder, "film.mp4", 6 * MiB);
    const page = await openFramework("react", run);
    await uploadUntilHang(page, faultProxy, film);
    expect(await run.unfinished()).toHaveLength(1);
    await press(page, button);
    await expect.poll(() => run.unfinished()).toEqual([]);
    expect(await run.keys()).toEqual(before);
    if (button === "Cancel") await expect(status(page)).toHaveAttribute("data-state", "aborted");
    else await press(page, "Open");

    // The component can be used again.
    await choose(page, film);
    await expect(status(page)).toHaveAttribute("data-state", "stored");
    expect(await run.keys()).toHaveLength(before.length + 1);
  });
}

test("a second file replaces the first one", async ({ openFramework, editedRun, faultProxy, folder }) => {
  const run = await editedRun(smallThreshold);
  const [film, note] = [await makeFile(folder, "film.mp4", 6 * MiB), await makeFile(folder, "note.txt", 1000)];
  const page = await openFramework("react", run);
  await uploadUntilHang(page, faultProxy, film);
  await choose(page, note);
  await expect(status(page)).toHaveAttribute("data-state", "stored");
  expect(await run.objectSha256(await dataOf(status(page), "key"))).toBe(note.sha256);
  await expect.poll(() => run.unfinished()).toEqual([]);
  await expect(status(page), "nothing of the first file is shown").toHaveText("stored, part 1 of 1");
});

test("the API's refusal is shown", async ({ openFramework, run, folder }) => {
  const page = await openFramework("react", run);
  await choose(page, await makeFile(folder, "drawing.svg", 10));
  await expect(status(page)).toHaveText(/failed.* ApiError: .*image\/svg\+xml/);
});
