import type { Call } from "./api.ts";
import { share, type Caller, type SharedRequest } from "./shared_request.ts";
import type { Limits } from "./types.ts";

/** How long limits are kept, in ms: as long as the API's answer says. */
const lifetime = 300_000;

/** The deployment's limits for the signed-in user. */
export interface KnownLimits {
  /**
   * Resolves with limits that were asked for since that time (`Date.now()`), or asks the API. Callers
   * share a request that is under way. A failure isn't kept.
   */
  ask(caller: Caller, since?: number): Promise<Limits>;
  forget(): void;
}

export function newLimits(call: Call): KnownLimits {
  let request: SharedRequest<Limits> | undefined;
  let asked = 0;
  return {
    ask: (caller, since = Date.now() - lifetime) => {
      if (!request || request.isOver || asked < since) {
        asked = Date.now();
        request = share((all) => call("limits", undefined, { ...all, isOptional: true }));
      }
      return request.join(caller);
    },
    forget: () => (request = undefined),
  };
}
