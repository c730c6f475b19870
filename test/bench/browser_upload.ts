// Times an upload in a browser.
import type { Browser } from "@playwright/test";
import type { LocalRun } from "../browser/local_run/local_run";
import { idTokenOf } from "../browser/local_run/cognito_api";
import { type PageName, pathOf } from "./pages";

interface BrowserUpload {
  run: LocalRun;
  page: PageName;
  /** The proxy for the page, and for S3 and the API if the line is shaped. */
  proxy: string;
  isShaped: boolean;
  paths: string[];
}

/**
 * Uploads files from a page in a browser context of its own. Returns how long it took, in ms, from
 * choosing the files until the page has them all as stored.
 */
export async function timeInBrowser(browser: Browser, { run, page: name, proxy, isShaped, paths }: BrowserUpload): Promise<number> {
  const { ApiUrl, Local } = run.outputs;
  const direct = [ApiUrl, Local.S3Endpoint].map((url) => new URL(url).host);
  const bypass = ["<-loopback>", ...(isShaped ? [] : direct)].join(",");
  const context = await browser.newContext({ proxy: { server: proxy, bypass } });
  try {
    const token = await idTokenOf(run, "first");
    await context.addInitScript(
      ([apiUrl, idToken]) => Object.assign(window, { apiUrl, idToken: async () => idToken }),
      [ApiUrl, token] as const,
    );
    const page = await context.newPage();
    await page.goto(new URL(pathOf(name), Local.PageUrl).href);
    await page.evaluate(startClock, paths.length);
    await page.getByLabel("Choose files").setInputFiles(paths);
    return await page.evaluate(() => (window as unknown as { time: Promise<number> }).time);
  } finally {
    await context.close();
  }
}

/** Runs in the page: sets window.time to how long the next upload of that many files takes. */
function startClock(count: number): void {
  const time = new Promise<number>((done, failed) => {
    let start = 0;
    addEventListener("change", () => (start = performance.now()), { capture: true, once: true });
    const observer = new MutationObserver(() => {
      const bad = document.querySelector<HTMLElement>("[data-state=failed]");
      if (bad) failed(new Error(`the upload failed: ${bad.dataset.error}`));
      if (document.querySelectorAll("[data-state=stored]").length === count) done(performance.now() - start);
    });
    observer.observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
  });
  Object.assign(window, { time });
}
