import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { environment, localProgram, project } from "./build";

const startLimit = 240_000; // ms: on a fresh machine the CDK app is compiled first
const stopLimit = 5_000; // ms

/** A user who can sign in. */
interface User {
  Username: string;
  Password: string;
}

/** The stack's outputs, in the format of the outputs file. */
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
    Users: [User, User];
    /** In a run of stage issuer, which has no user pool. */
    Issuer?: { Url: string; ClientId: string; Audience: string };
    MachineClientId?: string;
    MachineSecretFile?: string;
  };
}

interface StartOptions {
  /**
   * The folder with the cdk.json of the stack.
   *
   * @default the project
   */
  root?: string;
  /** @default "local" */
  stage?: string;
  /** Called after the run has stopped. */
  cleanUp?: () => Promise<void>;
}

/** A local run in a process, with free ports and a folder of its own. */
export class LocalRun {
  #child: ChildProcess | undefined;
  #outputs: Outputs | undefined;
  private ignoredUploads = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly options: Required<StartOptions>,
  ) {}

  /** Starts a local run, which synthesizes its template. */
  static async start({ root = project, stage = "local", cleanUp = async () => {} }: StartOptions = {}): Promise<LocalRun> {
    const run = new LocalRun(await mkdtemp(join(tmpdir(), "signpost-browser-")), { root, stage, cleanUp });
    try {
      await run.launch();
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

  /**
   * Starts the process. After shutDown() or kill(), it has the same data and the same addresses as
   * before.
   */
  async launch(): Promise<void> {
    const outputsFile = join(this.folder, "outputs.json");
    await rm(outputsFile, { force: true });
    const addr = this.#outputs ? new URL(this.#outputs.Local.PageUrl).host : "127.0.0.1:0";
    const args = ["-addr", addr, "-dir", this.data, "-outputs", outputsFile, "-stage", this.options.stage];
    // The program itself, not `go run`, so that the child's process id is the program's.
    const child = spawn(localProgram(), args, { cwd: this.options.root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const kill = () => child.kill("SIGTERM");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    let output = "";
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (output += text));
    for (const until = Date.now() + startLimit; !existsSync(outputsFile); await sleep(20)) {
      if (child.exitCode === null && child.signalCode === null && Date.now() < until) continue;
      child.kill("SIGTERM");
      if (this.#child === child) this.#child = undefined;
      throw new Error(`the local run did not start:\n${output}`);
    }
    const [outputs] = Object.values(JSON.parse(await readFile(outputsFile, "utf8"))) as [Outputs];
    const earlier = this.#outputs;
    this.#outputs = outputs;
    if (earlier && JSON.stringify(earlier) !== JSON.stringify(outputs)) {
      throw new Error("the local run started again with other addresses, ids or passwords");
    }
  }

  /** Ends the process, and checks that nothing it served responds any more. The data stays. */
  async shutDown(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    child.kill("SIGTERM");
    const isLate = await Promise.race([ended.then(() => false), sleep(stopLimit, true, { ref: false })]);
    if (isLate) child.kill("SIGKILL");
    const { PageUrl, S3Endpoint, CognitoEndpoint, Issuer } = this.outputs.Local;
    const responding = [];
    for (const url of [PageUrl, S3Endpoint, Issuer?.Url ?? CognitoEndpoint, this.outputs.ApiUrl]) {
      if (await fetch(url).then(() => true, () => false)) responding.push(url);
    }
    if (isLate) throw new Error(`the local run did not end within ${stopLimit} ms of SIGTERM`);
    if (responding.length > 0) throw new Error(`the local run has ended, but these URLs still respond: ${responding.join(", ")}`);
  }

  /**
   * Kills the process, as a crash would: nothing is finished or cleaned up. The processes that it
   * has started must then end by themselves.
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
      const alive = started.filter(isAlive);
      for (const pid of alive) process.kill(pid, "SIGKILL");
      throw new Error(`the local run was killed, and ${alive.length} of the processes that it had started stayed alive`);
    }
  }

  /** Ends the process and removes the data. */
  async stop(): Promise<void> {
    try {
      await this.shutDown();
    } finally {
      await rm(this.folder, { recursive: true });
      await this.options.cleanUp();
    }
  }

  /** The keys of all objects in the bucket. */
  async keys(): Promise<string[]> {
    const files = await readdir(join(this.bucket, "uploads"), { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    return paths.map((path) => path.slice(this.bucket.length + 1));
  }

  /** The path of the object's file. */
  pathOf(key: string): string {
    return join(this.bucket, key);
  }

  /** The object's bytes. */
  async object(key: string): Promise<Buffer> {
    return readFile(join(this.bucket, key));
  }

  /** The object's SHA-256 in base64. */
  async objectSha256(key: string): Promise<string> {
    return fileSha256(join(this.bucket, key));
  }

  /**
   * The multipart uploads that are neither completed nor aborted, without those that are ignored.
   */
  async unfinished(): Promise<string[]> {
    return (await this.allUnfinished()).filter((upload) => !this.ignoredUploads.has(upload));
  }

  /** Ignores the multipart uploads that are unfinished now. */
  async ignoreUnfinished(): Promise<void> {
    this.ignoredUploads = new Set(await this.allUnfinished());
  }

  /** The names of versitygw's folders for unfinished uploads. */
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

/** The ids of the processes that a process has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const none = { stdout: "" }; // pgrep exits with status 1 if there are none.
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

/** The SHA-256 in base64, as S3 and the page show it. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** The SHA-256 of a file in base64. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes);
  return hash.digest("base64");
}
