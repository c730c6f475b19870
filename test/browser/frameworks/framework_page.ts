import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { build } from "esbuild";
import { test as base } from "../client/client_fixtures";
import type { FaultProxy } from "../fault_proxy/fault_proxy";
import { project } from "../local_run/build";
import { idTokenOf } from "../local_run/cognito_api";
import type { LocalRun } from "../local_run/local_run";

/** A page in test/frameworks. */
export type Framework = "uppy5" | "uppy6" | "react";

/** Opens a framework's page for a run's first user, at the origin that all runs allow. */
export type OpenFramework = (framework: Framework, target: LocalRun, query?: string) => Promise<Page>;

/** Tests of the client in pages that use a framework. */
export const test = base.extend<{ openFramework: OpenFramework }>({
  openFramework: async ({ context, page, faultProxy, run }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await use(async (framework, target, query = "") => {
      const token = await idTokenOf(target, "first");
      await context.exposeFunction("idToken", () => token);
      await context.addInitScript((url) => ((window as { apiUrl?: string }).apiUrl = url), target.outputs.ApiUrl);
      await serve(faultProxy, framework);
      await page.goto(new URL(`/frameworks/${framework}/${query}`, run.outputs.Local.PageUrl).href);
      return page;
    });
    expect(errors, "uncaught errors").toEqual([]);
  },
});

const bundles = new Map<Framework, Promise<{ html: string; script: string }>>();

/** Makes the proxy serve the page. */
async function serve(faultProxy: FaultProxy, framework: Framework): Promise<void> {
  const bundled = bundles.get(framework) ?? bundle(framework);
  bundles.set(framework, bundled);
  const { html, script } = await bundled;
  faultProxy.pages.set(`/frameworks/${framework}/`, { type: "text/html", text: html });
  faultProxy.pages.set(`/frameworks/${framework}/main.js`, { type: "text/javascript", text: script });
}

/** The page, with the client's sources bundled in as an application's bundler would. */
async function bundle(framework: Framework): Promise<{ html: string; script: string }> {
  const folder = join(project, "test/frameworks", framework);
  const { outputFiles } = await build({
    entryPoints: [join(folder, framework === "react" ? "main.tsx" : "main.ts")],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["signpost-source"],
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"development"' }, // React's StrictMode then runs everything twice.
  });
  const html = await readFile(join(folder, "index.html"), "utf8");
  return { html, script: outputFiles[0]?.text ?? "" };
}

/** The value of an element's data attribute. */
export async function dataOf(element: Locator, name: string): Promise<string> {
  return (await element.getAttribute(`data-${name}`)) ?? "";
}
