// A page that uploads files and reports how their promises settled. It is built with the client as
// it is published.
import { Signpost, type RetryOptions, type SignpostError } from "signpost-client";
import { bytesOf } from "../random";
import type { FilePlan } from "../plan";

export interface Work {
  apiUrl: string;
  token: string;
  seed: number;
  files: FilePlan[];
  retry: Partial<RetryOptions>;
}

/** How an upload's promise settled. */
export interface Outcome {
  index: number;
  stored?: { key: string; size: number; sha256: string | undefined };
  error?: { name: string; message: string; code: string | undefined; status: number | undefined };
}

declare global {
  interface Window {
    run(work: Work): Promise<void>;
    /** Reports an outcome to the test. */
    report(outcome: Outcome): Promise<void>;
    newToken(): Promise<string>;
  }
}

const concurrency = 7; // uploads: the client sends six at a time, and one waits

window.run = async ({ seed, files, token, ...options }) => {
  const client = new Signpost({ ...options, token: ({ refresh }) => (refresh ? window.newToken() : token) });
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) await window.report(await outcomeOf(client, seed, file));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
};

async function outcomeOf(client: Signpost, seed: number, plan: FilePlan): Promise<Outcome> {
  const { index, name, size, abortAfter } = plan;
  const file = new File([bytesOf(seed, index, size)], name, { type: "application/zip" });
  const upload = client.upload(file);
  if (abortAfter !== undefined) setTimeout(() => upload.abort(), abortAfter);
  try {
    const { key, size: stored, sha256 } = await upload.done;
    return { index, stored: { key, size: stored, sha256 } };
  } catch (error) {
    const { name: kind, message, code, status } = error as SignpostError;
    return { index, error: { name: kind, message, code, status } };
  }
}
