import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, picker, signIn, storedKey, test } from "./page_fixtures";
import { sha256 } from "../local_run/local_run";

test.beforeEach(({ page }) => signIn(page));

test("a file over the threshold is sent in parts and stored byte for byte", async ({ page, run, folder }) => {
  const bytes = randomBytes(17 << 20);
  const path = join(folder, "film.mp4");
  await writeFile(path, bytes);
  const parts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") parts.push(new URL(request.url()).searchParams.get("partNumber") ?? "whole");
  });

  await picker(page).setInputFiles(path);
  const key = await storedKey(page, "film.mp4");

  expect(sha256(await run.object(key))).toBe(sha256(bytes));
  expect(parts.sort((a, b) => +a - +b)).toEqual(["1", "2", "3", "4"]); // of 5 MiB, and the rest
});
