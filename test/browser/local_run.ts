import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** The project that these tests belong to. */
export const project = resolve(__dirname, "../..");

const startLimit = 240_000; // ms: on a fresh machine the CDK app is compiled first
const stopLimit = 5_000; // ms

/** The stack's outputs, as the outputs file has them. */
export interface Outputs {
  ApiUrl: string;
  UploadBucketName: string;
  UserPoolClientId: string;
  Local: {
    PageUrl: string;
    S3Endpoint: string;
    CognitoEndpoint: string;
    Username: string;
    Password: string;
    SecondUsername: string;
    SecondPassword: string;
  };
}

/** A local run of its own: free ports, its own folder, ended by its process id. */
export class LocalRun {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly outputs: Outputs,
  ) {}

  /** Builds and starts the local run of the project in root. */
  static async start(root = project): Promise<LocalRun> {
    const folder = await mkdtemp(join(tmpdir(), "signpost-browser-"));
    try {
      return await LocalRun.startIn(folder, root);
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  private static async startIn(folder: string, root: string): Promise<LocalRun> {
    const env = { ...process.env, PATH: join(root, "node_modules/.bin") + delimiter + process.env.PATH };
    const program = join(folder, "local");
    await promisify(execFile)("go", ["build", "-o", program, "./local"], { cwd: root, env });

    const outputsFile = join(folder, "outputs.json");
    const args = ["-addr", "127.0.0.1:0", "-dir", join(folder, "data"), "-outputs", outputsFile];
    // Started as itself, not by `go run`: the process id is then the one to end.
    const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    process.once("exit", () => child.kill("SIGTERM"));
    let said = "";
    child.stdout.on("data", (text) => (said += text));
    child.stderr.on("data", (text) => (said += text));
    for (const until = Date.now() + startLimit; !existsSync(outputsFile); await sleep(50)) {
      if (child.exitCode === null && Date.now() < until) continue;
      child.kill("SIGTERM");
      throw new Error(`the local run did not start:\n${said}`);
    }
    const [outputs] = Object.values(JSON.parse(await readFile(outputsFile, "utf8")));
    return new LocalRun(child, folder, outputs as Outputs);
  }

  /** Ends it, and makes sure that nothing of it stays behind. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((done) => this.child.once("exit", () => done()));
    this.child.kill("SIGTERM");
    const late = await Promise.race([ended.then(() => false), sleep(stopLimit, true, { ref: false })]);
    if (late) this.child.kill("SIGKILL");
    const { PageUrl, S3Endpoint, CognitoEndpoint } = this.outputs.Local;
    const left = [];
    for (const url of [PageUrl, S3Endpoint, CognitoEndpoint, this.outputs.ApiUrl]) {
      if (await fetch(url).then(() => true, () => false)) left.push(url);
    }
    await rm(this.folder, { recursive: true });
    if (late) throw new Error(`the local run did not end within ${stopLimit} ms of SIGTERM`);
    if (left.length > 0) throw new Error(`the local run has ended, but something still answers at ${left.join(", ")}`);
  }

  /** The keys of all objects on disk. */
  async keys(): Promise<string[]> {
    const files = await readdir(join(this.bucket, "uploads"), { recursive: true, withFileTypes: true }).catch(() => []);
    return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name).slice(this.bucket.length + 1));
  }

  /** The object's bytes as they lie on disk. */
  async object(key: string): Promise<Buffer> {
    return readFile(join(this.bucket, key));
  }

  private get bucket(): string {
    return join(this.folder, "data/s3/data", this.outputs.UploadBucketName);
  }
}

/** In base64, as S3 and the page write it. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
