// A browser that blocks all storage: cookies and site data.
import { makeFile, smallThreshold } from "../client/client_fixtures";
import { expect, picker, row, signIn, storedKey, test } from "./page_fixtures";
import { openWithStackOf } from "./stand_ins";

test.use({ bypassCSP: true, expectedErrors: /status of 400/ }); // The client learns the threshold from a refusal.

test("a file in parts is stored, and the user can sign out", async ({ page, run, editedRun, folder }) => {
  const stack = await editedRun(smallThreshold);
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
      const get = () => {
        throw new DOMException(`Failed to read the '${name}' property: access is denied for this document`, "SecurityError");
      };
      Object.defineProperty(window, name, { get });
    }
  });
  await openWithStackOf(page, run, stack);
  await signIn(page);
  const film = await makeFile(folder, "film.mp4", 17 << 20);
  await picker(page).setInputFiles(film.path);
  const key = await storedKey(page, "film.mp4");
  expect(await stack.objectSha256(key)).toBe(film.sha256);
  await expect(row(page, "film.mp4")).toContainText("Stored");
  await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});
