// Which files are planned together, and when.
//
// Files whose turn has come are planned at once, those of the same moment in one request. While
// they are sent, the next in line are planned, so that no connection waits for the API. URLs expire,
// so not more is planned ahead than a slow line can send until then.
import type { Call } from "./api.ts";
import { badAnswer } from "./errors.ts";
import { refusal } from "./refusal.ts";
import { timed, type Timed } from "./s3/timed.ts";
import { SharedRequest, type Caller } from "./shared_request.ts";
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
interface Waiting {
  size: number;
  /** Called if it may be planned before. */
  planAhead(): void;
}

export class Planner {
  readonly #call: Call;
  /** Those that are not planned yet, in the order of their turns. */
  readonly #waiting = new Set<Waiting>();
  /** Those that are planned ahead. */
  readonly #ahead = new Set<Waiting>();
  /** How long URLs are valid, in seconds; a cautious guess until the first plan. */
  #lifetime = 60;
  #preparing = 0;
  #asked: Asked[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Adds a file that waits. Returns what to call when it doesn't wait any more. */
  wait(file: Waiting): () => void {
    this.#waiting.add(file);
    this.#planAhead();
    return () => {
      this.#waiting.delete(file);
      this.#ahead.delete(file);
      this.#planAhead();
    };
  }

  /**
   * Plans a file. `prepare` gives the request; undefined if there is nothing to plan. Rejects with
   * what that throws, the API's refusal of the file, or an error of the request for all of them.
   */
  async plan(prepare: () => Promise<UploadRequest | undefined>, caller: Caller): Promise<Timed<UploadPlan> | undefined> {
    let planned: Promise<Timed<UploadPlan>> | undefined;
    this.#preparing++;
    try {
      const request = await prepare();
      caller.signal.throwIfAborted();
      if (request) planned = new Promise((resolve) => this.#asked.push({ request, caller, resolve }));
    } finally {
      this.#preparing--;
      if (this.#preparing === 0) this.#send();
      else this.#timer ??= startTimer(() => this.#send(), patience);
    }
    return planned;
  }

  /** Sends what is there, in as few requests as the API accepts. */
  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let batch: Asked[] = [];
    let bytes = 0;
    for (const asked of this.#asked.splice(0)) {
      const { size } = new Blob([JSON.stringify(asked.request)]);
      if (batch.length === largestBatch.files || (batch[0] && bytes + size > largestBatch.bytes)) {
        this.#sendBatch(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(asked);
      bytes += size + 1; // and a comma
    }
    if (batch[0]) this.#sendBatch(batch);
    this.#planAhead();
  }

  #sendBatch(batch: Asked[]): void {
    const files = batch.map(({ request }) => request);
    const sent = new SharedRequest<(BatchEntry | undefined)[]>(async (all) => {
      if (files.length === 1) return [await this.#call<UploadPlan>("uploads", files[0], all)];
      return (await this.#call<BatchPlan>("uploads/batch", { files }, all)).files;
    });
    const planOf = async (i: number, caller: Caller) => {
      const entry = (await sent.join(caller))?.[i];
      if (!entry) throw badAnswer();
      if ("error" in entry) throw refusal(entry.error);
      this.#lifetime = entry.expiresIn;
      this.#planAhead();
      return entry;
    };
    batch.forEach(({ caller, resolve }, i) => resolve(timed(() => planOf(i, caller))));
  }

  /**
   * Begins to plan the next in line. Those whose turn has come go first. It waits until half of the
   * last ones are gone, so that a request has many.
   */
  #planAhead(): void {
    const share = Math.min(1, this.#lifetime / mostAhead.lifetime);
    const [mostFiles, mostBytes] = [share * mostAhead.files, share * mostAhead.bytes];
    let files = this.#ahead.size;
    let bytes = 0;
    for (const { size } of this.#ahead) bytes += size;
    if (this.#preparing > 0 || files > mostFiles / 2 || bytes > mostBytes / 2) return;
    for (const file of this.#waiting) {
      files += 1;
      bytes += file.size;
      if (files > mostFiles || bytes > mostBytes) return;
      this.#waiting.delete(file);
      this.#ahead.add(file);
      file.planAhead();
    }
  }
}
