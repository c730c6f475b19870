import { setTimeout as sleep } from "node:timers/promises";
import { expect, type Page } from "@playwright/test";
import type { SignedDownload, UploadOptions } from "signpost-client";
import { idTokenOf } from "../local_run/cognito_api";
import type { LocalRun } from "../local_run/local_run";
import type { LocalFile } from "./client_fixtures";
import type { ErrorFacts, Refusal, Settings, UploadSnapshot } from "./test_page/main";

const timeout = 60_000; // ms: long enough for a busy machine

/** Drives the client in the test page. Uploads are numbered from 0 in each page load. */
export class ClientPage {
  constructor(
    readonly page: Page,
    readonly run: LocalRun,
    private readonly url: string,
    private readonly user: "first" | "second",
  ) {}

  /** Opens or reloads the page. Only what the browser stores is then left of earlier uploads. */
  async open(): Promise<void> {
    await this.page.goto(this.url);
    await this.configure({});
  }

  /** The settings that a client of this run needs. */
  async requiredSettings(): Promise<{ apiUrl: string; token: string }> {
    return { apiUrl: this.run.outputs.ApiUrl, token: await idTokenOf(this.run, this.user) };
  }

  /** Creates the client, by default with short delays between its tries. */
  async configure(settings: Partial<Settings>): Promise<void> {
    const required = await this.requiredSettings();
    const retry = { minDelay: 50, maxDelay: 400, ...settings.retry };
    await this.page.evaluate((all) => window.driver.configure(all), { ...required, ...settings, retry });
  }

  /** Uploads the files. Returns the number of the first upload. */
  async upload(...files: LocalFile[]): Promise<number> {
    await this.page.getByLabel("Files").setInputFiles(files.map((file) => file.path));
    return this.page.evaluate(() => window.driver.upload());
  }

  /** Uploads the file, and asks the API itself to plan it. Returns both refusals. */
  async uploadAndPlan(file: LocalFile, options: UploadOptions): Promise<{ upload: Refusal; plan: Refusal }> {
    await this.page.getByLabel("Files").setInputFiles(file.path);
    return this.page.evaluate((all) => window.driver.uploadAndPlan(all), options);
  }

  async snapshot(upload: number): Promise<UploadSnapshot> {
    return this.page.evaluate((number) => window.driver.snapshot(number), upload);
  }

  async pause(upload: number): Promise<void> {
    await this.page.evaluate((number) => window.driver.pause(number), upload);
  }

  async resume(upload: number): Promise<void> {
    await this.page.evaluate((number) => window.driver.resume(number), upload);
  }

  async abort(upload: number): Promise<void> {
    await this.page.evaluate((number) => window.driver.abort(number), upload);
  }

  async waitForState(upload: number, state: UploadSnapshot["state"]): Promise<UploadSnapshot> {
    return this.waitUntil(upload, (snapshot) => snapshot.state === state, state);
  }

  /** Waits until S3 has this many of its parts. */
  async waitForParts(upload: number, parts: number): Promise<UploadSnapshot> {
    return this.waitUntil(upload, ({ progress }) => progress.partsDone >= parts, `${parts} parts`);
  }

  /** Waits until the condition holds. It fails if the upload ends before that. */
  async waitUntil(
    upload: number,
    condition: (snapshot: UploadSnapshot) => boolean,
    description: string,
  ): Promise<UploadSnapshot> {
    for (const end = Date.now() + timeout; ; await sleep(100)) {
      const snapshot = await this.snapshot(upload);
      // The state changes a moment before `done` settles.
      const isSettled = (snapshot.object ?? snapshot.error) !== undefined;
      const isOver = ["stored", "failed", "aborted"].includes(snapshot.state);
      if (condition(snapshot) && (isSettled || !isOver)) return snapshot;
      if (isSettled || Date.now() > end) throw new Error(`no ${description}: ${JSON.stringify(snapshot)}`);
    }
  }

  /** Waits until the file is stored, and checks that the object in S3 has the same bytes. */
  async expectStored(upload: number, file: LocalFile): Promise<UploadSnapshot & { key: string }> {
    const snapshot = await this.waitForState(upload, "stored");
    const { object } = snapshot;
    if (!object) throw new Error("the upload is stored, but has no object");
    expect(object.key).toBe(snapshot.key);
    expect(object.size).toBe(file.size);
    expect(await this.run.objectSha256(object.key), `the bytes of ${file.name}`).toBe(file.sha256);
    return { ...snapshot, key: object.key };
  }

  /**
   * Replaces the client's token by one that the API refuses. Asked for a new one, the page returns
   * a valid one.
   */
  async expireToken(): Promise<void> {
    await this.page.evaluate(() => window.driver.expireToken());
  }

  async download(key: string): Promise<SignedDownload | ErrorFacts> {
    return this.page.evaluate((ofKey) => window.driver.download(ofKey), key);
  }

  /** The entries of localStorage, as text. */
  async storedRecords(): Promise<string[]> {
    return this.page.evaluate(() => window.driver.storedRecords());
  }

  async forget(): Promise<void> {
    await this.page.evaluate(() => window.driver.forget());
  }

  /** Checks the progress of all uploads of this page load. */
  async checkProgress(): Promise<void> {
    const snapshots = await this.page.evaluate(() => window.driver.snapshots());
    expect(snapshots.flatMap(({ progressProblems }) => progressProblems), "progress").toEqual([]);
  }

  /** Reloads the page, which ends its uploads. */
  async reload(): Promise<void> {
    await this.checkProgress();
    await this.open();
  }
}
