import type { Page } from "@playwright/test";
import { expect } from "./page_fixtures";
import type { LocalRun } from "../local_run/local_run";

/**
 * Opens a run's page with another run's stack behind it, which lets pages of the first one's origin in. The test needs
 * `bypassCSP`: the page's own policy knows its own stack only.
 */
export async function openWithStackOf(page: Page, run: LocalRun, other: LocalRun): Promise<void> {
  // Not by routing: as long as it routes anything, Playwright answers preflights in the servers' place.
  await page.addInitScript((config) => {
    const real = fetch;
    globalThis.fetch = async (what, options) => (what === "config.json" ? Response.json(config) : real(what, options));
  }, { "Signpost-local": other.outputs });
  await page.goto(run.outputs.Local.PageUrl);
}

/** Answers in the place of S3, as S3 would, so that the page may read it. */
export function s3Refusal(page: Page, code: string, message: string) {
  const headers = { "Access-Control-Allow-Origin": new URL(page.url()).origin, "Content-Type": "application/xml" };
  const requestId = "4442587FB7D0A2F9";
  const body = `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${requestId}</RequestId></Error>`;
  return { status: 403, headers, body };
}

/**
 * Notes the API's answers to a route on their way. Read later, as a response's body, one that the page has read as a
 * stream may be gone.
 */
export async function answersTo(page: Page, path: string): Promise<any[]> {
  const answers: any[] = [];
  await page.route(`**/${path}`, async (route) => {
    const response = await route.fetch();
    answers.push(await response.json());
    await route.fulfill({ response });
  });
  return answers;
}

/** Fails if any part of a signed URL is in the page. */
export async function expectNoSignedUrl(page: Page): Promise<void> {
  expect(await page.content()).not.toMatch(/X-Amz-|x-amz-security-token/i);
}
