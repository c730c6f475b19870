// Chromium and Firefox, by Puppeteer: it uses the DevTools protocol for one and WebDriver BiDi for
// the other.
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer, { type Browser, type BrowserContext, type ElementHandle, type LaunchOptions, type Page } from "puppeteer-core";
import type { Engine, EngineOptions, Tab } from "./engine";

const [width, height] = [1280, 1000];

export function startChromium(executablePath: string, options: EngineOptions): Promise<Engine> {
  const args = [
    "--no-sandbox", // The sandbox doesn't work for root.
    `--window-size=${width},${height}`,
    `--proxy-server=${options.proxy}`,
    "--proxy-bypass-list=<-loopback>", // By default it uses no proxy for loopback.
    "--autoplay-policy=no-user-gesture-required",
  ];
  // localStorage is then null, as in an Android WebView whose app doesn't enable it.
  if (options.storage === false) args.push("--disable-local-storage");
  const downloadBehavior = { policy: "allow", downloadPath: options.downloads } as const;
  return start({ browser: "chrome", executablePath, args, downloadBehavior });
}

export function startFirefox(executablePath: string, options: EngineOptions): Promise<Engine> {
  const { hostname, port } = new URL(options.proxy);
  const extraPrefsFirefox: Record<string, unknown> = {
    "network.proxy.type": 1, // by hand
    "network.proxy.http": hostname,
    "network.proxy.http_port": Number(port),
    "network.proxy.allow_hijacking_localhost": true, // By default it uses no proxy for loopback.
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "browser.download.folderList": 2, // the folder that `dir` names
    "browser.download.dir": options.downloads,
  };
  // "Block all cookies": reading window.localStorage or window.sessionStorage then throws a
  // SecurityError.
  if (options.storage === false) extraPrefsFirefox["network.cookie.cookieBehavior"] = 2;
  const args = ["--width", String(width), "--height", String(height)];
  return start({ browser: "firefox", executablePath, args, extraPrefsFirefox });
}

async function start(options: LaunchOptions): Promise<Engine> {
  const browser = await puppeteer.launch({ headless: true, defaultViewport: null, ...options });
  const context = browser.defaultBrowserContext();
  const page = (await context.pages())[0] ?? (await context.newPage());
  return new PuppeteerEngine(browser, context, page);
}

class PuppeteerEngine implements Engine {
  readonly tab: Tab;

  constructor(
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    private readonly page: Page,
  ) {
    this.tab = new PuppeteerTab(page);
  }

  async openedTab(): Promise<Tab> {
    for (let tries = 0; tries < 300; tries++, await sleep(100)) {
      const opened = (await this.context.pages()).find((page) => page !== this.page && page.url() !== "about:blank");
      if (opened) return new PuppeteerTab(opened);
    }
    throw new Error("no tab was opened");
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

class PuppeteerTab implements Tab {
  constructor(private readonly page: Page) {
    page.on("dialog", (dialog) => void dialog.accept()); // that of beforeunload
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  async evaluate<R, A>(call: (argument: A) => R | Promise<R>, argument?: A): Promise<R> {
    return (await this.page.evaluate(call as (argument: unknown) => unknown, argument)) as R;
  }

  async click(selector: string): Promise<void> {
    await (await this.#visible(selector)).click();
  }

  async type(selector: string, text: string): Promise<void> {
    await (await this.#visible(selector)).type(text);
  }

  async choose(selector: string, paths: string[]): Promise<void> {
    const input = (await this.page.waitForSelector(selector)) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(...paths);
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path: path as `${string}.png` });
  }

  /** Not by a Locator: in Firefox that calls eval, which the page's policy forbids. */
  async #visible(selector: string): Promise<ElementHandle> {
    const element = await this.page.waitForSelector(selector, { visible: true });
    if (!element) throw new Error(`no ${selector}`);
    return element;
  }
}
