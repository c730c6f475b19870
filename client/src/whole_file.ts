import { deliver } from "./s3/deliver.ts";
import { isGood, timed, type Job, type Timed, type Tools } from "./job.ts";
import { stored } from "./s3/outcome.ts";
import type { UploadPlan } from "./types.ts";

/** A file that goes in one piece: S3's PutObject. */
export function wholeFile(tools: Tools, plan: Timed<UploadPlan>, sha256: string | undefined): Job {
  const { file, meter, onSent, post, request } = tools;
  const { size } = file;
  return {
    key: () => plan.key,
    again: (other) => wholeFile(other, plan, sha256),
    run: async (signal) => {
      const etag = await deliver(tools, {
        signal,
        body: file,
        read: stored,
        sign: async (again) => {
          if (again || !isGood(plan)) plan = await timed(() => post("uploads", { ...request, sha256 }, signal));
          return plan;
        },
        onProgress: (sent) => {
          meter.sent(1, sent);
          if (sent && sent >= size) onSent();
        },
      });
      meter.done(1, size);
      return { key: plan.key, size, sha256, etag, resumed: false };
    },
  };
}
