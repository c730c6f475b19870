import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import type { LocalFile } from "../browser/client/client_fixtures";
import type { LocalRun } from "../browser/local_run/local_run";
import type { Tab } from "./engine";

const timeout = 60_000; // ms: long enough for a busy machine

/** A file's row. */
export interface Row {
  /** Its data-state. */
  state: string;
  /** The text that the user sees. */
  text: string;
  key: string;
  sha256: string;
}

/** The buttons of a row: their names begin with these words. */
type Button = "Pause" | "Resume" | "Cancel" | "Try again" | "Open" | "Download";

/** Drives the demo page in any engine. */
export class DemoPage {
  private constructor(
    readonly tab: Tab,
    private readonly stack: LocalRun,
  ) {}

  /**
   * Opens a run's page. `stack` is the run that the page's config.json names, if it is another one.
   */
  static async open(tab: Tab, run: LocalRun, stack = run): Promise<DemoPage> {
    await tab.goto(run.outputs.Local.PageUrl);
    return new DemoPage(tab, stack);
  }

  /** Signs in as Ada, by her button. */
  async signIn(): Promise<void> {
    await this.tab.click("#users button");
    await this.waitUntilSignedIn();
  }

  async waitUntilSignedIn(): Promise<void> {
    await expect.poll(() => this.view(), "signed in").toBe("files");
  }

  /** Returns what the page shows: "sign-in" or "files". */
  view(): Promise<string | undefined> {
    return this.tab.evaluate(() => document.body.dataset.view);
  }

  async add(...files: LocalFile[]): Promise<void> {
    await this.tab.choose("#picker", files.map(({ path }) => path));
  }

  async row(name: string): Promise<Row | undefined> {
    return this.tab.evaluate((wanted) => {
      const rows = [...document.querySelectorAll<HTMLElement>(".row")];
      const row = rows.find((one) => one.querySelector("h3")?.textContent === wanted);
      if (!row) return undefined;
      const textOf = (part: string) => row.querySelector(`[data-part="${part}"]`)?.textContent ?? "";
      return { state: row.dataset.state ?? "", text: row.innerText, key: textOf("key"), sha256: textOf("checksum") };
    }, name);
  }

  /** Waits until the file's row shows this text. */
  async waitForText(name: string, wanted: RegExp): Promise<Row> {
    return this.#waitUntil(name, ({ text }) => wanted.test(text), String(wanted));
  }

  async waitForState(name: string, ...states: string[]): Promise<Row> {
    return this.#waitUntil(name, ({ state }) => states.includes(state), states.join(" or "));
  }

  /**
   * Waits until the file is stored, checks that the object in S3 has the same bytes, and returns
   * its key.
   */
  async expectStored({ name, sha256 }: LocalFile): Promise<string> {
    const row = await this.waitForState(name, "stored");
    expect(await this.stack.objectSha256(row.key), `the bytes of ${name}`).toBe(sha256);
    return row.key;
  }

  async press(button: Button, name: string): Promise<void> {
    await this.tab.click(`[aria-label=${JSON.stringify(`${button}: ${name}`)}]`);
  }

  /** Waits until the condition holds for the file's row. */
  async #waitUntil(name: string, condition: (row: Row) => boolean, description: string): Promise<Row> {
    for (const end = Date.now() + timeout; ; await sleep(100)) {
      const row = await this.row(name);
      if (row && condition(row)) return row;
      const isOver = Date.now() > end || row?.state === "failed";
      if (isOver) throw new Error(`no ${description}: ${JSON.stringify(row ?? `no row of ${name}`, null, 2)}`);
    }
  }
}
