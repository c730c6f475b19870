import type { Limits, Signpost } from "signpost-client";
import { byId } from "../dom.ts";
import { noKinds, uploadFailure } from "../error_messages.ts";
import type { Failure } from "../failure.ts";

const patience = 4_000; // ms

type State = "none" | "asking" | "known" | "failed";

interface LimitsViewOptions {
  signpost: Signpost;
  apiUrl: string;
  onKnown(limits: Limits): void;
  /** Called when the user has to sign in again. */
  onSessionEnd(): void;
}

/** Asks the API what the signed-in user may upload. If it fails, it says why and asks again. */
export class LimitsView {
  readonly #options: LimitsViewOptions;
  #state: State = "none";
  #asking = new AbortController();
  #whenKnown: (() => void)[] = [];

  constructor(options: LimitsViewOptions) {
    this.#options = options;
    byId("ask-limits").addEventListener("click", () => {
      void this.ask();
      byId("picker").focus();
    });
    addEventListener("online", () => this.#state === "failed" && void this.ask());
  }

  /** Whether files can be chosen, though they may have to wait until the limits are known. */
  get isOpen(): boolean {
    return this.#state === "asking" || this.#state === "known";
  }

  /** Calls back now, or when the limits are known. */
  whenKnown(act: () => void): void {
    if (this.#state === "known") act();
    else this.#whenKnown.push(act);
  }

  async ask(): Promise<void> {
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    this.#show("asking");
    byId("accepted").textContent = "Asking the API which files it accepts…";
    const timer = setTimeout(() => (byId("accepted").textContent = "The API hasn't answered yet. Trying again…"), patience);
    try {
      const limits = await this.#options.signpost.limits({ signal });
      if (signal.aborted) return;
      if (limits.kinds.length === 0) return this.#show("none", noKinds());
      this.#show("known");
      this.#options.onKnown(limits);
      for (const act of this.#whenKnown.splice(0)) act();
    } catch (error) {
      if (signal.aborted) return;
      const failure = uploadFailure(error, this.#options.apiUrl);
      this.#show("failed", failure);
      if (failure.signIn) this.#options.onSessionEnd();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops asking, and forgets what waits for the answer. */
  clear(): void {
    this.#asking.abort();
    this.#whenKnown = [];
    this.#show("none");
  }

  #show(state: State, failure?: Failure): void {
    this.#state = state;
    const hadFocus = document.activeElement === byId("picker");
    byId("limits-failure").hidden = !failure;
    byId("limits-error").textContent = failure ? `${failure.sentence} (${failure.reference})` : "";
    byId("drop-words").hidden = byId("drop-buttons").hidden = failure !== undefined;
    if (failure && hadFocus) byId("ask-limits").focus();
  }
}
