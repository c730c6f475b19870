// Which files are planned together, and when.
//
// Files whose turn has come are planned at once, those of the same moment in one request. While
// they are sent, the next in line are planned, so that no connection waits for the API. URLs expire,
// so not more is planned ahead than a slow line can send until then.
import type { Call } from "./api.ts";
import { badAnswer } from "./errors.ts";
import { refusal } from "./refusal.ts";
import { timed, type Timed } from "./s3/timed.ts";
import { share, type Caller } from "./shared_request.ts";
import type { BatchEntry, BatchPlan, UploadPlan, UploadRequest } from "./types.ts";

/**
 * The most files that are planned ahead if URLs are valid for ten minutes or more; less in
 * proportion if they are shorter. A large file counts as several: the most bytes are 32 MiB.
 */
const mostAhead = 100;
const unit = 2 ** 25 / mostAhead;

/** The most files and bytes of a batch; the API accepts a body of 65,536 bytes. */
const largestBatch = { files: 100, bytes: 65_000 };

/** The time in which another file must be ready, or those that are don't wait for it, in ms. */
const patience = 50;

/** A file to plan. */
interface Asked {
  request: UploadRequest;
  caller: Caller;
  resolve(plan: Promise<Timed<UploadPlan>>): void;
}

/** A file that waits for its turn. */
export interface Waiting {
  size: number;
  /** Called if it may be planned before. */
  planAhead(): void;
}

export interface Planner {
  /** Adds a file that waits. Returns what to call when it doesn't wait any more. */
  wait(file: Waiting): () => void;
  /**
   * Plans a file. `prepare` gives the request; undefined if there is nothing to plan. Rejects with
   * what that throws, the API's refusal of the file, or an error of the request for all of them.
   */
  plan(prepare: () => Promise<UploadRequest | undefined>, caller: Caller): Promise<Timed<UploadPlan> | undefined>;
}

export function newPlanner(call: Call): Planner {
  /** Those that are not planned yet, in the order of their turns. */
  const waiting = new Set<Waiting>();
  /** Those that are planned ahead. */
  const ahead = new Set<Waiting>();
  /** How long URLs are valid, in seconds; a cautious guess until the first plan. */
  let lifetime = 60;
  let preparing = 0;
  let asked: Asked[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins to plan the next in line. Those whose turn has come go first. It waits until half of the
   * last ones are gone, so that a request has many.
   */
  const planAhead = () => {
    const most = Math.min(mostAhead, (lifetime / 600) * mostAhead);
    const count = ({ size }: Waiting) => Math.max(1, size / unit);
    let files = 0;
    for (const file of ahead) files += count(file);
    if (preparing > 0 || files > most / 2) return;
    for (const file of waiting) {
      files += count(file);
      if (files > most) return;
      waiting.delete(file);
      ahead.add(file);
      file.planAhead();
    }
  };

  /** Sends what is there. */
  const flush = () => {
    const all = asked;
    asked = [];
    if (all[0]) send(all);
    planAhead();
  };

  /** Sends files, in several requests if the API wouldn't accept one. */
  const send = (batch: Asked[]) => {
    const files = batch.map(({ request }) => request);
    const half = files.length >> 1;
    if (half > 0 && (files.length > largestBatch.files || new Blob([JSON.stringify(files)]).size > largestBatch.bytes)) {
      send(batch.slice(0, half));
      send(batch.slice(half));
      return;
    }
    const sent = share<BatchEntry[]>(async (all) => {
      if (half === 0) return [await call<UploadPlan>("uploads", files[0], all)];
      return (await call<BatchPlan>("uploads/batch", { files }, all)).files;
    });
    const planOf = async (i: number, caller: Caller) => {
      const entry = (await sent.join(caller))?.[i]!;
      if (Object(entry) !== entry) throw badAnswer();
      if ("error" in entry) throw refusal(entry.error);
      lifetime = entry.expiresIn || 0;
      planAhead();
      return entry;
    };
    batch.forEach(({ caller, resolve }, i) => resolve(timed(() => planOf(i, caller))));
  };

  return {
    wait: (file) => {
      waiting.add(file);
      planAhead();
      return () => {
        waiting.delete(file);
        ahead.delete(file);
        planAhead();
      };
    },
    plan: async (prepare, caller) => {
      let planned: Promise<Timed<UploadPlan>> | undefined;
      preparing++;
      try {
        const request = await prepare();
        caller.signal.throwIfAborted();
        if (request) planned = new Promise((resolve) => asked.push({ request, caller, resolve }));
      } finally {
        clearTimeout(timer);
        if (--preparing === 0) flush();
        else timer = setTimeout(flush, patience);
      }
      return planned;
    },
  };
}
