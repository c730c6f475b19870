// The README's hook in a real React page, in StrictMode.
import { expect, type Page } from "@playwright/test";
import { type LocalFile, makeFile, partsSent, smallThreshold } from "../client/client_fixtures";
import type { FaultProxy } from "../fault_proxy/fault_proxy";
import { shown, test } from "./framework_page";

const MiB = 1 << 20;

const choose = (page: Page, file: LocalFile) => page.getByLabel("Choose a file").setInputFiles(file.path);
const press = (page: Page, name: string) => page.getByRole("button", { name }).click();
const status = (page: Page) => page.getByRole("status");

/** Uploads until the second part hangs; React has then shown that the first is stored. */
async function hangs(page: Page, line: FaultProxy, file: LocalFile): Promise<void> {
  line.catch("UploadPart", { kind: "stall", after: 0 }, { skip: 1 });
  await choose(page, file);
  await expect(status(page)).toHaveText(/uploading, part 1 of 2/);
}

test("a file is stored, once, and its progress shown", async ({ visit, run, line, folder }) => {
  const before = await run.keys();
  const film = await makeFile(folder, "film.mp4", 9 * MiB);
  const page = await visit("react", run);
  line.bandwidth = 2 * MiB;
  const seen: number[] = [];
  await page.exposeFunction("see", (value: number) => seen.push(value));
  await page.evaluate(() => {
    const look = () => (window as any).see(document.querySelector("progress")?.value ?? 0);
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await choose(page, film);
  await expect(status(page)).toHaveAttribute("data-state", "stored");
  const key = await shown(status(page), "key");
  expect(await run.objectSha256(key)).toBe(film.sha256);
  expect((await run.keys()).sort()).toEqual([...before, key].sort());
  expect(line.of("PutObject"), "StrictMode doesn't upload twice").toHaveLength(1);
  expect(seen.filter((value) => value > 0 && value < film.size).length, "progress on the way").toBeGreaterThan(1);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test("pauses and goes on", async ({ visit, variant, line, folder }) => {
  const run = await variant(smallThreshold);
  const film = await makeFile(folder, "film.mp4", 17 * MiB);
  const page = await visit("react", run);
  await hangs(page, line, film);
  await press(page, "Pause");
  await expect(status(page)).toHaveAttribute("data-state", "paused");
  await press(page, "Resume");
  await expect(status(page)).toHaveAttribute("data-state", "stored");
  expect(await run.objectSha256(await shown(status(page), "key"))).toBe(film.sha256);
  expect(partsSent(line)).toEqual([1, 2]);
});

for (const [how, button] of [["unmounted", "Close"], ["cancelled", "Cancel"]] as const) {
  test(`an upload whose component is ${how} ends, and leaves nothing`, async ({ visit, variant, line, folder }) => {
    const run = await variant(smallThreshold);
    const before = await run.keys();
    const film = await makeFile(folder, "film.mp4", 17 * MiB);
    const page = await visit("react", run);
    await hangs(page, line, film);
    expect(await run.unfinished()).toHaveLength(1);
    await press(page, button);
    await expect.poll(() => run.unfinished()).toEqual([]);
    expect(await run.keys()).toEqual(before);
    if (button === "Cancel") await expect(status(page)).toHaveAttribute("data-state", "aborted");
    else await press(page, "Open");

    // The component is as good as new.
    await choose(page, film);
    await expect(status(page)).toHaveAttribute("data-state", "stored");
    expect(await run.keys()).toHaveLength(before.length + 1);
  });
}

test("a second file takes the first one's place", async ({ visit, variant, line, folder }) => {
  const run = await variant(smallThreshold);
  const [film, note] = [await makeFile(folder, "film.mp4", 17 * MiB), await makeFile(folder, "note.txt", 1000)];
  const page = await visit("react", run);
  await hangs(page, line, film);
  await choose(page, note);
  await expect(status(page)).toHaveAttribute("data-state", "stored");
  expect(await run.objectSha256(await shown(status(page), "key"))).toBe(note.sha256);
  await expect.poll(() => run.unfinished()).toEqual([]);
  await expect(status(page), "nothing is left of the first one").toHaveText("stored, part 1 of 1");
});

test("a refusal is shown in words", async ({ visit, run, folder }) => {
  const page = await visit("react", run);
  await choose(page, await makeFile(folder, "drawing.svg", 10));
  await expect(status(page)).toHaveText(/failed.* ApiError: .*image\/svg\+xml/);
});
