import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange } from "../browser/fault_proxy/exchange";
import type { LocalRun } from "../browser/local_run/local_run";
import type { KillPlan } from "./plan";

/** Faults that a request meets only on the way back. */
const onTheWayBack = ["lose answer", "cut answer", "stall answer"];

/** Of versitygw's ids of uploads in parts. While it joins the parts, their folder's name has a suffix. */
const idLength = 36;

/** Kills the local run as planned, and starts it again over the same data. */
export class Killer {
  /** How often it has killed it. */
  kills = 0;
  /** Uploads whose parts were being joined when it was killed. */
  readonly halfJoined = new Set<string>();
  /** Uploads that have ended so far. */
  ended = 0;
  /** Rejects when the local run does not come back. */
  readonly failed: Promise<never>;
  #fail!: (error: unknown) => void;
  #underWay: Promise<void> | undefined;
  readonly #left: KillPlan[];

  constructor(
    private readonly run: LocalRun,
    plans: KillPlan[],
    private readonly note: (line: string) => void,
  ) {
    this.#left = [...plans];
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => {});
  }

  /** Told of each request; the one that the next plan waits for sets it off. */
  seen({ operation, fault }: Exchange): void {
    const [plan] = this.#left;
    if (!plan || this.#underWay || this.ended < plan.afterUploads) return;
    const reachesServer = !fault || onTheWayBack.includes(fault);
    if (plan.operation && (operation !== plan.operation || !reachesServer)) return;
    this.#left.shift();
    this.#underWay = this.#carryOut(plan)
      .catch(this.#fail)
      .finally(() => (this.#underWay = undefined));
  }

  /** No more; resolves when the local run is up. */
  async stop(): Promise<void> {
    this.#left.length = 0;
    await this.#underWay;
  }

  async #carryOut({ delay, away, again }: KillPlan): Promise<void> {
    await sleep(delay);
    await this.#kill();
    await sleep(away);
    if (again !== undefined) {
      const start = this.run.begin().catch(() => {}); // it is not to succeed
      await sleep(again);
      await this.#kill();
      await start;
    }
    await this.run.begin();
    this.note("the server is back");
  }

  async #kill(): Promise<void> {
    this.note("the server is killed");
    await this.run.kill();
    this.kills++;
    for (const folder of await this.run.unfinished()) if (folder.length > idLength) this.halfJoined.add(folder);
  }
}
