import { deliver } from "./deliver.ts";
import { isGood, timed, type Job, type StoredObject, type Timed, type Tools } from "./job.ts";
import type { UploadPlan } from "./types.ts";

/** A file that goes in one piece: S3's PutObject. */
export class WholeFile implements Job {
  readonly #tools: Tools;
  readonly #sha256: string | undefined;
  #plan: Timed<UploadPlan>;

  constructor(tools: Tools, plan: Timed<UploadPlan>, sha256: string | undefined) {
    this.#tools = tools;
    this.#plan = plan;
    this.#sha256 = sha256;
  }

  get key(): string {
    return this.#plan.signed.key;
  }

  async run(signal: AbortSignal): Promise<StoredObject> {
    const { file, meter, onSent, post, request } = this.#tools;
    const sha256 = this.#sha256;
    const { size } = file;
    const answer = await deliver(this.#tools, {
      signal,
      body: file,
      sign: async (again) => {
        if (again || !isGood(this.#plan)) this.#plan = await timed(() => post<UploadPlan>("uploads", { ...request, sha256 }, signal));
        return this.#plan.signed;
      },
      onProgress: (sent) => {
        meter.sent(1, sent);
        if (sent >= size && size > 0) onSent();
      },
    });
    meter.done(1, size);
    return { key: this.key, size, sha256, etag: answer?.header("ETag"), resumed: false };
  }
}
