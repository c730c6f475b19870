// WebKitGTK's MiniBrowser, by WebDriver Classic. Its driver supports no other protocol.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { writeFileSync } from "node:fs";
import { Builder, By, until, type WebDriver } from "selenium-webdriver";
import type { Engine, EngineOptions, Tab } from "./engine";
import { findXvfb } from "./programs";

const timeout = 30_000; // ms

export async function startWebKit(driver: string, options: EngineOptions): Promise<Engine> {
  const home = await mkdtemp(join(tmpdir(), "signpost-webkit-"));
  await writeFile(join(home, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${options.downloads}"\n`);
  const screen = spawnChild(findXvfb(), ["-displayfd", "3", "-screen", "0", "1280x1100x24", "-nolisten", "tcp"]);
  const [display] = await once(screen.stdio[3] as Readable, "data");
  const port = await freePort();
  const variables = { DISPLAY: `:${String(display).trim()}`, HOME: home, XDG_CONFIG_HOME: home };
  const service = spawnChild(driver, [`--port=${port}`], { ...process.env, ...variables });
  const web = await connect(port, options);
  return new WebKitEngine(web, async () => {
    for (const child of [service, screen]) await end(child);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
}

/** Waits until the driver listens, and starts a session. */
async function connect(port: number, { proxy, storage }: EngineOptions): Promise<WebDriver> {
  const server = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${server}/status`).catch(() => undefined)); tries++) {
    if (tries > 200) throw new Error("WebKitWebDriver doesn't respond");
    await sleep(50);
  }
  const args = ["--automation", `--proxy=${proxy}`];
  // localStorage is then null, as in apps that embed WebKit without it.
  if (storage === false) args.push("--enable-html5-local-storage=false");
  const capabilities = { browserName: "MiniBrowser", "webkitgtk:browserOptions": { args } };
  const web = await new Builder().usingServer(server).withCapabilities(capabilities).build();
  await web.manage().window().setRect({ x: 0, y: 0, width: 1280, height: 1050 });
  return web;
}

class WebKitEngine implements Engine {
  readonly tab: Tab;

  constructor(
    private readonly web: WebDriver,
    private readonly cleanUp: () => Promise<void>,
  ) {
    this.tab = new WebKitTab(web);
  }

  async openedTab(): Promise<Pick<Tab, "evaluate">> {
    const { web } = this;
    const first = await web.getWindowHandle();
    const find = async () => (await web.getAllWindowHandles()).find((handle) => handle !== first) ?? "";
    const opened = await web.wait(find, timeout, "no tab was opened");
    return {
      evaluate: async (call, argument) => {
        await web.switchTo().window(opened);
        try {
          return await new WebKitTab(web).evaluate(call, argument);
        } finally {
          await web.switchTo().window(first);
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.web.quit().finally(this.cleanUp);
  }
}

class WebKitTab implements Tab {
  constructor(private readonly web: WebDriver) {}

  async goto(url: string): Promise<void> {
    await this.web.get(url);
  }

  async reload(): Promise<void> {
    await this.web.navigate().refresh(); // WebDriver accepts the dialog of beforeunload.
  }

  async evaluate<R, A>(call: (argument: A) => R | Promise<R>, argument?: A): Promise<R> {
    // As JSON, because WebDriver turns undefined into null.
    const script = `return Promise.resolve((${call})(arguments[0])).then((value) => JSON.stringify({ value }))`;
    return JSON.parse(await this.web.executeScript<string>(script, argument)).value;
  }

  async click(selector: string): Promise<void> {
    const element = await this.web.wait(until.elementLocated(By.css(selector)), timeout);
    await this.web.wait(until.elementIsVisible(element), timeout);
    await element.click();
  }

  async type(selector: string, text: string): Promise<void> {
    const element = await this.web.wait(until.elementLocated(By.css(selector)), timeout);
    await this.web.wait(until.elementIsVisible(element), timeout);
    const [characters = "", ...enter] = text.split(/(?=\n)/);
    // On a busy machine the driver may release Shift too early or too late, so the text is checked.
    for (let tries = 0; tries < 5 && (await element.getAttribute("value")) !== characters; tries++) {
      await element.clear();
      await element.sendKeys(characters);
    }
    if (enter.length > 0) await element.sendKeys("\uE007");
  }

  async choose(selector: string, paths: string[]): Promise<void> {
    const input = await this.web.wait(until.elementLocated(By.css(selector)), timeout);
    await this.web.executeScript("arguments[0].value = ''", input); // Otherwise the files are added to those chosen before.
    await input.sendKeys(paths.join("\n"));
  }

  async screenshot(path: string): Promise<void> {
    writeFileSync(path, await this.web.takeScreenshot(), "base64");
  }
}

/** Starts a program that ends with this process. Its file descriptor 3 can be read. */
function spawnChild(program: string, args: string[], env = process.env): ChildProcess {
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
