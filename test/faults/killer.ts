import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange } from "../browser/fault_proxy/exchange";
import type { LocalRun } from "../browser/local_run/local_run";
import type { KillPlan } from "./plan";

/** Faults of the response: the server still receives the request. */
const responseFaults = ["lose answer", "cut answer", "stall answer"];

/**
 * The length of versitygw's upload ids. While it joins the parts, the name of their folder has a
 * suffix.
 */
const idLength = 36;

/** Kills the local run as planned, and starts it again with the same data. */
export class Killer {
  /** The number of kills so far. */
  kills = 0;
  /** Uploads whose parts were being joined at a kill. */
  readonly interruptedCompletes = new Set<string>();
  /** The number of uploads that have ended so far. */
  endedUploads = 0;
  /** Rejects if the local run doesn't start again. */
  readonly failed: Promise<never>;
  #fail!: (error: unknown) => void;
  #current: Promise<void> | undefined;
  readonly #plans: KillPlan[];

  constructor(
    private readonly run: LocalRun,
    plans: KillPlan[],
    private readonly log: (message: string) => void,
  ) {
    this.#plans = [...plans];
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => {});
  }

  /** Executes the next plan if this is the request that it waits for. */
  onRequest({ operation, fault }: Exchange): void {
    const [plan] = this.#plans;
    if (!plan || this.#current || this.endedUploads < plan.afterUploads) return;
    const reachesServer = !fault || responseFaults.includes(fault);
    if (plan.operation && (operation !== plan.operation || !reachesServer)) return;
    this.#plans.shift();
    this.#current = this.#execute(plan)
      .catch(this.#fail)
      .finally(() => (this.#current = undefined));
  }

  /** Stops killing. It resolves when the local run is up. */
  async stop(): Promise<void> {
    this.#plans.length = 0;
    await this.#current;
  }

  async #execute({ delay, downtime, secondKillAfter }: KillPlan): Promise<void> {
    await sleep(delay);
    await this.#kill();
    await sleep(downtime);
    if (secondKillAfter !== undefined) {
      const start = this.run.launch().catch(() => {}); // The kill makes it fail.
      await sleep(secondKillAfter);
      await this.#kill();
      await start;
    }
    await this.run.launch();
    this.log("the server is up again");
  }

  async #kill(): Promise<void> {
    this.log("the server is killed");
    await this.run.kill();
    this.kills++;
    for (const folder of await this.run.unfinished()) if (folder.length > idLength) this.interruptedCompletes.add(folder);
  }
}
