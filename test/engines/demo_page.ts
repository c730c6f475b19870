import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import type { LocalFile } from "../browser/client/client_fixtures";
import type { LocalRun } from "../browser/local_run/local_run";
import type { Tab } from "./engine";

const patience = 60_000; // ms: a busy machine is no failure

/** What the page says of a file. */
export interface Row {
  /** Its data-state. */
  state: string;
  /** All its words, as the user sees them. */
  words: string;
  key: string;
  sha256: string;
}

/** The buttons of a row, by the words that begin their names. */
type Button = "Pause" | "Resume" | "Cancel" | "Try again" | "Open" | "Download";

/** Drives the demo page, in whatever engine. */
export class DemoPage {
  private constructor(
    readonly tab: Tab,
    private readonly stack: LocalRun,
  ) {}

  /** Opens a run's page, with another stack behind it where one is given: the files go there. */
  static async open(tab: Tab, run: LocalRun, stack = run): Promise<DemoPage> {
    await tab.goto(run.outputs.Local.PageUrl);
    return new DemoPage(tab, stack);
  }

  /** Signs Ada in, by her button. */
  async signIn(): Promise<void> {
    await this.tab.click("#users button");
    await this.isSignedIn();
  }

  async isSignedIn(): Promise<void> {
    await expect.poll(() => this.view(), "signed in").toBe("files");
  }

  /** "sign-in", or "files". */
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
      const text = (part: string) => row.querySelector(`[data-part="${part}"]`)?.textContent ?? "";
      return { state: row.dataset.state ?? "", words: row.innerText, key: text("key"), sha256: text("checksum") };
    }, name);
  }

  /** Waits until the file's row says so. */
  async says(name: string, wanted: RegExp): Promise<Row> {
    return this.#until(name, ({ words }) => wanted.test(words), String(wanted));
  }

  async reaches(name: string, ...states: string[]): Promise<Row> {
    return this.#until(name, ({ state }) => states.includes(state), states.join(" or "));
  }

  /** Waits until it is stored, and holds what lies in S3 against the file; gives the key. */
  async stores({ name, sha256 }: LocalFile): Promise<string> {
    const row = await this.reaches(name, "stored");
    expect(await this.stack.objectSha256(row.key), `the bytes of ${name}`).toBe(sha256);
    return row.key;
  }

  async press(button: Button, name: string): Promise<void> {
    await this.tab.click(`[aria-label=${JSON.stringify(`${button}: ${name}`)}]`);
  }

  /** Waits until this is true of the file's row; what the row says is the error's words. */
  async #until(name: string, isTrue: (row: Row) => boolean, words: string): Promise<Row> {
    for (const end = Date.now() + patience; ; await sleep(100)) {
      const row = await this.row(name);
      if (row && isTrue(row)) return row;
      const isLate = Date.now() > end || row?.state === "failed";
      if (isLate) throw new Error(`no ${words}: ${JSON.stringify(row ?? `no row of ${name}`, null, 2)}`);
    }
  }
}
