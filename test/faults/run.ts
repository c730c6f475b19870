import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const project = resolve(import.meta.dirname, "../..");
const environment = { ...process.env, PATH: join(project, "node_modules/.bin") + delimiter + process.env["PATH"] };

export interface Outputs {
  ApiUrl: string;
  UploadBucketName: string;
  UserPoolClientId: string;
  Local: { S3Endpoint: string; CognitoEndpoint: string; Username: string; Password: string };
}

/** A local run that can be killed and started again over the same data. */
export class Run {
  outputs!: Outputs;
  readonly #folder: string;
  /** Where it runs: the project, then a folder that holds its template, so that it starts within seconds. */
  #root = project;
  #child: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts it with this threshold for uploads in parts, in bytes. */
  static async start(threshold: number): Promise<Run> {
    const run = new Run(await mkdtemp(join(tmpdir(), "signpost-faults-")));
    await promisify(execFile)("go", ["build", "-o", run.#program, "./local"], { cwd: project, env: environment });
    await run.begin();
    await run.kill();
    await run.#keepTemplate(threshold);
    await run.begin();
    return run;
  }

  async begin(): Promise<void> {
    const outputs = join(this.#folder, "outputs.json");
    await rm(outputs, { force: true });
    const args = ["-addr", "127.0.0.1:0", "-dir", this.#data, "-outputs", outputs];
    const child = spawn(this.#program, args, { cwd: this.#root, env: environment, stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    let said = "";
    child.stderr.on("data", (text) => (said += text));
    for (const until = Date.now() + 240_000; !existsSync(outputs); await sleep(20)) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`the local run did not start: ${said}`);
    }
    this.outputs = (Object.values(JSON.parse(await readFile(outputs, "utf8"))) as [Outputs])[0];
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }

  /** Waits until the parts of an upload are being joined, or for so many ms. */
  async joining(limit: number): Promise<boolean> {
    for (const until = Date.now() + limit; Date.now() < until; await sleep(1)) {
      const folders = await readdir(join(this.#bucket, ".sgwtmp/multipart"), { recursive: true }).catch(() => []);
      if (folders.some((name) => name.endsWith(".inprogress"))) return true;
    }
    return false;
  }

  /** The files of all objects. */
  async objects(): Promise<string[]> {
    const files = await readdir(join(this.#bucket, "uploads"), { recursive: true, withFileTypes: true });
    return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  }

  object(key: string): Promise<Buffer> {
    return readFile(join(this.#bucket, key));
  }

  /** From here on it runs the template that it has synthesized, with another threshold. */
  async #keepTemplate(threshold: number): Promise<void> {
    this.#root = join(this.#folder, "project");
    const assembly = join(this.#root, "assembly");
    await mkdir(this.#root);
    await cp(join(this.#data, "cdk.out"), assembly, { recursive: true });
    const [name] = (await readdir(assembly)).filter((file) => file.endsWith(".template.json"));
    const template = join(assembly, name ?? "");
    const text = await readFile(template, "utf8");
    const edited = text.replace(/("MULTIPART_THRESHOLD_BYTES": *)"\d+"/g, `$1"${threshold}"`);
    if (edited === text) throw new Error("the template has no MULTIPART_THRESHOLD_BYTES");
    await writeFile(template, edited);
    await writeFile(join(this.#root, "go.mod"), "module signpost\n");
    await writeFile(join(this.#root, "cdk.json"), '{"app": "sh synth.sh", "context": {}}');
    await writeFile(join(this.#root, "synth.sh"), 'mkdir -p "$CDK_OUTDIR" && cp -R assembly/. "$CDK_OUTDIR"\n');
    for (const folder of ["node_modules", "page"]) await symlink(join(project, folder), join(this.#root, folder));
  }

  get #program(): string {
    return join(this.#folder, "local");
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  get #bucket(): string {
    return join(this.#data, "s3/data", this.outputs.UploadBucketName);
  }
}
