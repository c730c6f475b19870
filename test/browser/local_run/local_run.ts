import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { environment, localProgram, project } from "./build";

export { project };

const startLimit = 240_000; // ms: on a fresh machine the CDK app is compiled first
const stopLimit = 5_000; // ms

/** The stack's outputs, as the outputs file has them. */
export interface Outputs {
  ApiUrl: string;
  UploadBucketName: string;
  UserPoolId: string;
  UserPoolClientId: string;
  Local: {
    PageUrl: string;
    S3Endpoint: string;
    CognitoEndpoint: string;
    CognitoSocket: string;
    Username: string;
    Password: string;
    SecondUsername: string;
    SecondPassword: string;
  };
}

/** A local run of its own: free ports, its own folder, ended by its process id. */
export class LocalRun {
  #child: ChildProcess | undefined;
  #outputs: Outputs | undefined;
  private others = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly root: string,
    private readonly tidyUp: () => Promise<void>,
  ) {}

  /**
   * Starts the local run in the project, or in another folder with a cdk.json.
   *
   * @param tidyUp is done when it has stopped
   */
  static async start(root = project, tidyUp = async () => {}): Promise<LocalRun> {
    const run = new LocalRun(await mkdtemp(join(tmpdir(), "signpost-browser-")), root, tidyUp);
    try {
      await run.begin();
      return run;
    } catch (error) {
      await rm(run.folder, { recursive: true });
      throw error;
    }
  }

  get outputs(): Outputs {
    if (!this.#outputs) throw new Error("the local run has not started");
    return this.#outputs;
  }

  /** The cloud assembly that it runs. */
  get assembly(): string {
    return join(this.data, "cdk.out");
  }

  /** Starts it: again after `end`, over the same data and at the same addresses. */
  async begin(): Promise<void> {
    const outputsFile = join(this.folder, "outputs.json");
    await rm(outputsFile, { force: true });
    const addr = this.#outputs ? new URL(this.#outputs.Local.PageUrl).host : "127.0.0.1:0";
    const args = ["-addr", addr, "-dir", this.data, "-outputs", outputsFile];
    // Started as itself, not by `go run`: the process id is then the one to end.
    const child = spawn(localProgram(), args, { cwd: this.root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const kill = () => child.kill("SIGTERM");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    let said = "";
    child.stdout.on("data", (text) => (said += text));
    child.stderr.on("data", (text) => (said += text));
    for (const until = Date.now() + startLimit; !existsSync(outputsFile); await sleep(20)) {
      if (child.exitCode === null && child.signalCode === null && Date.now() < until) continue;
      child.kill("SIGTERM");
      if (this.#child === child) this.#child = undefined;
      throw new Error(`the local run did not start:\n${said}`);
    }
    const [outputs] = Object.values(JSON.parse(await readFile(outputsFile, "utf8"))) as [Outputs];
    const before = this.#outputs;
    this.#outputs = outputs;
    if (before && JSON.stringify(before) !== JSON.stringify(outputs)) {
      throw new Error("the local run came back with other addresses, ids or passwords");
    }
  }

  /** Ends its process; the data stays. */
  async end(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    child.kill("SIGTERM");
    const late = await Promise.race([ended.then(() => false), sleep(stopLimit, true, { ref: false })]);
    if (late) child.kill("SIGKILL");
    const { PageUrl, S3Endpoint, CognitoEndpoint } = this.outputs.Local;
    const left = [];
    for (const url of [PageUrl, S3Endpoint, CognitoEndpoint, this.outputs.ApiUrl]) {
      if (await fetch(url).then(() => true, () => false)) left.push(url);
    }
    if (late) throw new Error(`the local run did not end within ${stopLimit} ms of SIGTERM`);
    if (left.length > 0) throw new Error(`the local run has ended, but something still answers at ${left.join(", ")}`);
  }

  /**
   * Kills its process, as a crash would, at work or while it starts: nothing is finished, nothing tidied up. What it
   * has started must end by itself then.
   */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child?.pid) return;
    this.#child = undefined;
    const started = await childrenOf(child.pid);
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    if (child.kill("SIGKILL")) await ended;
    for (const until = Date.now() + stopLimit; started.some(isAlive); await sleep(20)) {
      if (Date.now() < until) continue;
      const left = started.filter(isAlive);
      for (const pid of left) process.kill(pid, "SIGKILL");
      throw new Error(`the local run was killed, and ${left.length} of the processes it started lived on`);
    }
  }

  /** Ends it and starts it again: whatever it serves is away for a second or more, then back where it was. */
  async restart(): Promise<void> {
    await this.end();
    await this.begin();
  }

  /** Ends it, and makes sure that nothing of it stays behind. */
  async stop(): Promise<void> {
    try {
      await this.end();
    } finally {
      await rm(this.folder, { recursive: true });
      await this.tidyUp();
    }
  }

  /** The keys of all objects on disk. */
  async keys(): Promise<string[]> {
    const files = await readdir(join(this.bucket, "uploads"), { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    return paths.map((path) => path.slice(this.bucket.length + 1));
  }

  /** Where the object lies on disk. */
  pathOf(key: string): string {
    return join(this.bucket, key);
  }

  /** The object's bytes as they lie on disk. */
  async object(key: string): Promise<Buffer> {
    return readFile(join(this.bucket, key));
  }

  /** The SHA-256 of the object as it lies on disk, in base64. */
  async objectSha256(key: string): Promise<string> {
    return fileSha256(join(this.bucket, key));
  }

  /** The multipart uploads that are neither completed nor aborted, but for those that were there before the test. */
  async unfinished(): Promise<string[]> {
    return (await this.allUnfinished()).filter((upload) => !this.others.has(upload));
  }

  /** Passes over the unfinished uploads of tests before this one. */
  async passOver(): Promise<void> {
    this.others = new Set(await this.allUnfinished());
  }

  /** The folders that versitygw keeps them in. */
  private async allUnfinished(): Promise<string[]> {
    const folder = join(this.bucket, ".sgwtmp/multipart");
    const keys = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const folders = keys.filter((key) => key.isDirectory());
    const uploads = await Promise.all(folders.map((key) => readdir(join(folder, key.name)).catch(() => [])));
    return uploads.flat();
  }

  private get data(): string {
    return join(this.folder, "data");
  }

  private get bucket(): string {
    return join(this.data, "s3/data", this.outputs.UploadBucketName);
  }
}

/** The processes that a process has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const none = { stdout: "" }; // pgrep's status is 1 then
  const { stdout } = await promisify(execFile)("pgrep", ["-P", String(pid)]).catch((error) => {
    if (error.code === 1) return none;
    throw error;
  });
  return stdout.split("\n").filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** In base64, as S3 and the page write it. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** The same of a file. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes);
  return hash.digest("base64");
}
