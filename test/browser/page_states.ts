import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import type { LocalRun } from "./local_run";

/**
 * Opens a run's page with another run's stack behind it, which lets pages of the first one's origin in. The test needs
 * `bypassCSP`: the page's own policy knows its own stack only.
 */
export async function openWithStackOf(page: Page, run: LocalRun, other: LocalRun): Promise<void> {
  const { PageUrl } = run.outputs.Local;
  await page.route(new URL("config.json", PageUrl).href, (route) => route.fulfill({ json: { "Signpost-local": other.outputs } }));
  await page.goto(PageUrl);
}

/** Answers in the place of S3, as S3 would, so that the page may read it. */
export function s3Refusal(page: Page, code: string, message: string): { status: number; headers: Record<string, string>; body: string } {
  const headers = { "Access-Control-Allow-Origin": new URL(page.url()).origin, "Content-Type": "application/xml" };
  const body = `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>`;
  return { status: 403, headers, body };
}

/** Fails if any part of a signed URL is in the page. */
export async function expectNoSignedUrl(page: Page): Promise<void> {
  expect(await page.content()).not.toMatch(/X-Amz-|x-amz-security-token/i);
}
