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
import { startTimer } from "./timer.ts";
import type { BatchEntry, BatchPlan, UploadPlan, UploadRequest } from "./types.ts";

/** What is planned ahead if URLs are valid for ten minutes; less in proportion if they are shorter. */
const mostAhead = { files: 100, bytes: 2 ** 25, lifetime: 600 };

/** The most files and bytes of a batch; the API accepts a body of 65,536 bytes. */
const largestBatch = { files: 100, bytes: 65_000 };

/** How long a file waits for others that are being prepared, in ms. */
const patience = 20;

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
  const asked: Asked[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins to plan the next in line. Those whose turn has come go first. It waits until half of the
   * last ones are gone, so that a request has many.
   */
  const planAhead = () => {
    const part = Math.min(1, lifetime / mostAhead.lifetime);
    const [mostFiles, mostBytes] = [part * mostAhead.files, part * mostAhead.bytes];
    let files = ahead.size;
    let bytes = 0;
    for (const { size } of ahead) bytes += size;
    if (preparing > 0 || files > mostFiles / 2 || bytes > mostBytes / 2) return;
    for (const file of waiting) {
      files += 1;
      bytes += file.size;
      if (files > mostFiles || bytes > mostBytes) return;
      waiting.delete(file);
      ahead.add(file);
      file.planAhead();
    }
  };

  /** Sends what is there, in as few requests as the API accepts. */
  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    let bytes = 0;
    let count = 0;
    for (const { request } of asked) {
      bytes += new Blob([JSON.stringify(request)]).size + 1; // and a comma
      if (count === largestBatch.files || (count > 0 && bytes > largestBatch.bytes)) break;
      count++;
    }
    if (count > 0) {
      sendBatch(asked.splice(0, count));
      send();
    } else planAhead();
  };

  const sendBatch = (batch: Asked[]) => {
    const files = batch.map(({ request }) => request);
    const sent = share<BatchEntry[]>(async (all) => {
      if (!files[1]) return [await call<UploadPlan>("uploads", files[0], all)];
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
        if (--preparing === 0) send();
        else timer ??= startTimer(send, patience);
      }
      return planned;
    },
  };
}
