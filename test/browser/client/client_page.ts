import { setTimeout as sleep } from "node:timers/promises";
import { expect, type Page } from "@playwright/test";
import type { SignedDownload } from "signpost-client";
import type { Failure, Seen, Setup } from "./test_page/main";
import type { LocalFile } from "./client_fixtures";
import type { LocalRun } from "../local_run/local_run";

const patience = 60_000; // ms: a busy machine is no failure

/** Drives the client in a page. */
export class ClientPage {
  constructor(
    readonly page: Page,
    readonly run: LocalRun,
    private readonly url: string,
    private readonly user: "first" | "second",
  ) {}

  /** Opens the page, or loads it anew: then nothing is left but what the browser remembers. */
  async open(): Promise<void> {
    await this.page.goto(this.url);
    await this.setUp({});
  }

  /** What a client of this run needs. */
  async setup(): Promise<{ apiUrl: string; token: string }> {
    return { apiUrl: this.run.outputs.ApiUrl, token: await signIn(this.run, this.user) };
  }

  /** Makes the client; waits are short, so that tests are. */
  async setUp(setup: Partial<Setup>): Promise<void> {
    const { apiUrl, token } = await this.setup();
    const retry = { minDelay: 50, maxDelay: 400, ...setup.retry };
    await this.page.evaluate((all) => window.driver.setUp(all), { apiUrl, token, ...setup, retry });
  }

  /** Uploads the files; gives the number of the first. */
  async upload(...files: LocalFile[]): Promise<number> {
    await this.page.getByLabel("Files").setInputFiles(files.map((file) => file.path));
    return this.page.evaluate(() => window.driver.upload());
  }

  async seen(i: number): Promise<Seen> {
    return this.page.evaluate((number) => window.driver.seen(number), i);
  }

  async pause(i: number): Promise<void> {
    await this.page.evaluate((number) => window.driver.pause(number), i);
  }

  async resume(i: number): Promise<void> {
    await this.page.evaluate((number) => window.driver.resume(number), i);
  }

  async abort(i: number): Promise<void> {
    await this.page.evaluate((number) => window.driver.abort(number), i);
  }

  /** Waits until it is in this state. */
  async reaches(i: number, state: Seen["state"]): Promise<Seen> {
    return this.until(i, (seen) => seen.state === state, state);
  }

  /** Waits until S3 has so many of its parts. */
  async hasParts(i: number, parts: number): Promise<Seen> {
    return this.until(i, (seen) => seen.progress.partsDone >= parts, `${parts} parts`);
  }

  /** Waits until this is true of an upload; one that has ended otherwise ends the wait. */
  async until(i: number, isTrue: (seen: Seen) => boolean, words: string): Promise<Seen> {
    for (const end = Date.now() + patience; ; await sleep(100)) {
      const seen = await this.seen(i);
      // The state comes a moment before `done` settles.
      const isSettled = (seen.object ?? seen.error) !== undefined;
      const isOver = ["stored", "failed", "aborted"].includes(seen.state);
      if (isTrue(seen) && (isSettled || !isOver)) return seen;
      if (isSettled || Date.now() > end) throw new Error(`no ${words}: ${JSON.stringify(seen)}`);
    }
  }

  /**
   * Waits until it is stored, and holds what lies in S3 against the file: the same bytes, once.
   *
   * @returns what the page saw
   */
  async stores(i: number, file: LocalFile): Promise<Seen & { key: string }> {
    const seen = await this.reaches(i, "stored");
    const { object } = seen;
    if (!object) throw new Error("stored without an object");
    expect(object.key).toBe(seen.key);
    expect(object.size).toBe(file.size);
    expect(await this.run.objectSha256(object.key), `the bytes of ${file.name}`).toBe(file.sha256);
    return { ...seen, key: object.key };
  }

  /** Makes the client's token one that the API refuses; asked for a new one, the page has it. */
  async expireToken(): Promise<void> {
    await this.page.evaluate(() => window.driver.expireToken());
  }

  async download(key: string): Promise<SignedDownload | Failure> {
    return this.page.evaluate((ofKey) => window.driver.download(ofKey), key);
  }

  /** What the browser remembers of unfinished uploads, as text. */
  async remembered(): Promise<string[]> {
    return this.page.evaluate(() => window.driver.remembered());
  }

  async forget(): Promise<void> {
    await this.page.evaluate(() => window.driver.forget());
  }

  /** What progress must never do, of all uploads of this page load. */
  async checkFaults(): Promise<void> {
    const all = await this.page.evaluate(() => window.driver.seenAll());
    expect(all.flatMap(({ faults }) => faults), "progress").toEqual([]);
  }

  /** Loads the page anew, as the user would; the uploads under way end with the old one. */
  async reload(): Promise<void> {
    await this.checkFaults();
    await this.open();
  }
}

/** An ID token, as a page gets it from Cognito. */
export async function signIn(run: LocalRun, user: "first" | "second"): Promise<string> {
  const { UserPoolClientId, Local } = run.outputs;
  const [USERNAME, PASSWORD] =
    user === "first" ? [Local.Username, Local.Password] : [Local.SecondUsername, Local.SecondPassword];
  const response = await fetch(Local.CognitoEndpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: UserPoolClientId,
      AuthParameters: { USERNAME, PASSWORD },
    }),
  });
  if (!response.ok) throw new Error(`Cognito answered ${response.status}`);
  const { AuthenticationResult } = (await response.json()) as { AuthenticationResult: { IdToken: string } };
  return AuthenticationResult.IdToken;
}
