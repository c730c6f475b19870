import type { Page } from "@playwright/test";
import { expect } from "./page_fixtures";
import { setVariable, type Template } from "../local_run/edited_run";
import type { LocalRun } from "../local_run/local_run";

/**
 * Opens a run's page for another run's stack, which allows the page's origin. The test needs
 * `bypassCSP`, because the page's policy lists only its own stack.
 */
export async function openWithStackOf(page: Page, run: LocalRun, other: LocalRun): Promise<void> {
  // Not by a route: while there is one, Playwright itself answers all preflights.
  await page.addInitScript((config) => {
    const originalFetch = fetch;
    globalThis.fetch = async (input, options) =>
      input === "config.json" ? Response.json(config) : originalFetch(input, options);
  }, { "Signpost-local": other.outputs });
  await page.goto(run.outputs.Local.PageUrl);
}

/** A deployment without kinds and without Listings. */
export function withoutKindsAndListings(template: Template): void {
  setVariable(template, "KINDS", "");
  setVariable(template, "LISTINGS", "false");
}

/** A refusal as from S3, with the headers of the bucket's CORS rule that let the page read it. */
export function s3Refusal(page: Page, code: string, message: string) {
  const headers = {
    "Access-Control-Allow-Origin": new URL(page.url()).origin,
    "Access-Control-Expose-Headers": "ETag", // Chromium logs an error if the page reads a header that is not exposed.
    "Content-Type": "application/xml",
  };
  const requestId = "4442587FB7D0A2F9";
  const body = `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${requestId}</RequestId></Error>`;
  return { status: 403, headers, body };
}

/**
 * Records the API's responses to requests for a path. They are recorded on the way, because
 * Playwright can't return a body later that the page has read as a stream.
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

/** Checks that no part of a signed URL is in the page. */
export async function expectNoSignedUrl(page: Page): Promise<void> {
  expect(await page.content()).not.toMatch(/X-Amz-|x-amz-security-token/i);
}
