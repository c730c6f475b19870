import { expect, picker, signIn, storedKey, test } from "./page_fixtures";

test("no signed URL is left in the browser's list of requests", async ({ page }) => {
  const requests = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  await signIn(page);
  await picker(page).setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("note") });
  await storedKey(page, "note.txt");
  expect(await requests()).toEqual([]);
  await expect(page.getByText(/^\d requests?$/), "observers still receive the requests").toBeVisible();
  await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await requests()).toEqual([]);
});
