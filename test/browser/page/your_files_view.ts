import type { Locator, Page } from "@playwright/test";
import { picker, storedKey } from "./page_fixtures";

export async function openYourFiles(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Your files" }).click();
}

export function rows(page: Page): Locator {
  return page.getByRole("list", { name: "Your files" }).getByRole("listitem");
}

/** The row of the file that is shown with this name. */
export function file(page: Page, name: string): Locator {
  return rows(page).filter({ has: page.getByText(name, { exact: true }) });
}

/** Uploads a file, and returns its key. */
export async function upload(page: Page, name: string, content: string | Buffer): Promise<string> {
  const mimeType = name.endsWith(".png") ? "image/png" : "text/plain";
  await picker(page).setInputFiles({ name, mimeType, buffer: Buffer.from(content) });
  return storedKey(page, name);
}
