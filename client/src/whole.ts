import type { Job, StoredObject, Timed, Tools } from "./job.ts";
import { isGood, timed } from "./job.ts";
import { withRetries } from "./retry.ts";
import { S3Error } from "./s3_error.ts";
import { send } from "./send.ts";
import type { UploadPlan } from "./types.ts";

/** A file that goes in one piece: S3's PutObject. */
export class WholeFile implements Job {
  readonly #tools: Tools;
  #plan: Timed<UploadPlan>;
  readonly #sha256: string | undefined;

  constructor(tools: Tools, plan: Timed<UploadPlan>, sha256: string | undefined) {
    this.#tools = tools;
    this.#plan = plan;
    this.#sha256 = sha256;
    tools.meter.restart(1);
  }

  get key(): string {
    return this.#plan.signed.key;
  }

  async run(signal: AbortSignal): Promise<StoredObject> {
    const { retry, onWait, pool } = this.#tools;
    let signedAgain = false;
    const attempt = async (): Promise<string | undefined> => {
      if (!isGood(this.#plan)) await this.#planAgain(signal);
      try {
        return await pool.run(signal, () => this.#put(signal));
      } catch (error) {
        if (!(error instanceof S3Error && error.wantsNewUrl) || signedAgain) throw error;
        signedAgain = true;
        await this.#planAgain(signal);
        return attempt();
      }
    };
    const etag = await withRetries(attempt, { retry, signal, onWait });
    const { file, meter } = this.#tools;
    meter.done(1, file.size);
    return { key: this.key, size: file.size, sha256: this.#sha256, etag, resumed: false };
  }

  async #put(signal: AbortSignal): Promise<string | undefined> {
    const { file, meter, retry, onSent } = this.#tools;
    meter.lost(1);
    const onProgress = (sent: number) => {
      meter.sent(1, sent);
      if (sent >= file.size) onSent();
    };
    try {
      const answer = await send(this.#plan.signed, file, { signal, stallTimeout: retry.stallTimeout, onProgress });
      return answer.header("ETag");
    } catch (error) {
      // The key was made for this file alone: what lies there is an earlier try of ours, whose answer was lost.
      if (error instanceof S3Error && error.code === "PreconditionFailed") return undefined;
      throw error;
    }
  }

  async #planAgain(signal: AbortSignal): Promise<void> {
    const { plan, request } = this.#tools;
    this.#plan = await timed(() => plan({ ...request, sha256: this.#sha256 }, signal));
  }

  async abandon(): Promise<void> {
    // S3 keeps whole files or nothing.
  }
}
