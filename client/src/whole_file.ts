import type { Job, Tools } from "./job.ts";
import { deliver } from "./s3/deliver.ts";
import { readStored } from "./s3/outcome.ts";
import type { Timed } from "./s3/timed.ts";
import type { UploadPlan } from "./types.ts";

/** A file that is sent in one piece: S3's PutObject. */
export function wholeFile(tools: Tools, plan: Timed<UploadPlan>, sha256: string | undefined): Job {
  const { file, meter, onSent, request } = tools;
  const { size } = file;
  return {
    get key() {
      return plan.key;
    },
    contentType: plan.headers?.["Content-Type"], // an invalid answer may have none: sending it is the error
    sha256,
    again: (other) => (JSON.stringify(other.request) === JSON.stringify(request) ? wholeFile(other, plan, sha256) : undefined),
    run: async (signal) => {
      const etag = await deliver(tools, {
        signal,
        signed: plan,
        sign: async () => (plan = (await tools.plan(async () => ({ ...request, sha256 }), signal))!),
        body: file,
        read: readStored,
        onProgress: (sent) => {
          meter.sent(1, sent);
          if (sent && sent >= size) onSent();
        },
      });
      meter.done(1, size);
      return etag;
    },
  };
}
