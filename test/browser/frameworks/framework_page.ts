import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { build } from "esbuild";
import { signIn } from "../client/client_page";
import { test as base } from "../client/client_fixtures";
import type { FaultProxy } from "../fault_proxy/fault_proxy";
import { type LocalRun, project } from "../local_run/local_run";

/** A page of test/frameworks. */
export type Framework = "uppy5" | "uppy6" | "react";

/** Opens a framework's page for a run's first user, at the origin that every run lets in. */
export type Visit = (framework: Framework, target: LocalRun, query?: string) => Promise<Page>;

/** Tests of the client inside the frameworks that pages are made of. */
export const test = base.extend<{ visit: Visit }>({
  visit: async ({ context, page, line, run }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await use(async (framework, target, query = "") => {
      const token = await signIn(target, "first");
      await context.exposeFunction("idToken", () => token);
      await context.addInitScript((url) => ((window as { apiUrl?: string }).apiUrl = url), target.outputs.ApiUrl);
      await serve(line, framework);
      await page.goto(new URL(`/frameworks/${framework}/${query}`, run.outputs.Local.PageUrl).href);
      return page;
    });
    expect(errors, "errors that nobody caught").toEqual([]);
  },
});

const bundled = new Map<Framework, Promise<{ html: string; script: string }>>();

/** Has the page ready. */
async function serve(line: FaultProxy, framework: Framework): Promise<void> {
  const bundling = bundled.get(framework) ?? bundle(framework);
  bundled.set(framework, bundling);
  const { html, script } = await bundling;
  line.pages.set(`/frameworks/${framework}/`, { type: "text/html", text: html });
  line.pages.set(`/frameworks/${framework}/main.js`, { type: "text/javascript", text: script });
}

/** The page, with the client's sources bundled in as a consumer's bundler would. */
async function bundle(framework: Framework): Promise<{ html: string; script: string }> {
  const folder = join(project, "test/frameworks", framework);
  const { outputFiles } = await build({
    entryPoints: [join(folder, framework === "react" ? "main.tsx" : "main.ts")],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["signpost-source"],
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"development"' }, // where React's StrictMode runs everything twice
  });
  const html = await readFile(join(folder, "index.html"), "utf8");
  return { html, script: outputFiles[0]?.text ?? "" };
}

/** What an element shows under a data attribute. */
export async function shown(element: Locator, name: string): Promise<string> {
  return (await element.getAttribute(`data-${name}`)) ?? "";
}
