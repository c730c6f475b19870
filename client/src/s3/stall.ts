// When a request to S3 counts as stalled.
//
// A page sees a body being sent by its progress events. No event for `stallTimeout` means that the
// connection is dead, except in two cases:
//
//   There was no event yet, and a service worker may have the request. What it fetches for the page reports no progress
//   (w3c/ServiceWorker#1141, angular#24683): all bytes may be sent without an event.
//
//   All bytes were reported, and there is no answer. A proxy or a virus scanner may have received the whole body, and
//   only now sends it on.
//
// In these cases the limit is `stallTimeout` plus the time that the body takes at `minSpeed`. If
// requests have been answered before, their silence is the better estimate: the limit is then at
// most `stallTimeout` plus four times as long, scaled by size. So a dead connection among quick
// ones ends after about a minute here too.
//
// While bytes of an answer arrive, the request is alive: S3 sends spaces while it joins parts. But
// the answer must be complete within fifteen times `stallTimeout`.
import { attempt } from "../attempt.ts";
import type { RetryOptions } from "../retry.ts";
import { startTimer } from "../timer.ts";

/** The request with the largest body so far, and the ms of silence before its answer. */
let known: { size: number; silence: number } | undefined;

/** Watches one request. */
export interface Watch {
  /** `bytes` of the body have been sent so far. */
  sent(bytes: number): void;
  /** Bytes of the answer have arrived. */
  receiving(): void;
  answered(): void;
  end(): void;
}

/**
 * @param size of the body, in bytes
 * @param giveUp called if the request has stalled
 */
export function watch(
  size: number,
  { stallTimeout, minSpeed }: Pick<RetryOptions, "stallTimeout" | "minSpeed">,
  giveUp: () => void,
): Watch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since = 0;
  let receivingSince = 0;
  const allow = (ms: number) => {
    clearTimeout(timer);
    since = performance.now();
    timer = startTimer(() => {
      known = undefined; // the estimate was of a better connection
      giveUp();
    }, ms);
  };
  const allowUnseen = () => {
    const expected = known ? 4 * known.silence * Math.max(1, size / known.size) : Infinity;
    allow(stallTimeout + Math.min((size / minSpeed) * 1000, expected));
  };
  if (size > 0 && !seesProgress()) allowUnseen();
  else allow(stallTimeout);
  return {
    sent: (bytes) => (bytes < size ? allow(stallTimeout) : allowUnseen()),
    receiving: () => {
      receivingSince ||= performance.now();
      allow(Math.min(stallTimeout, receivingSince + 15 * stallTimeout - performance.now()));
    },
    answered: () => {
      if (!receivingSince && size >= (known?.size ?? 1)) known = { size, silence: performance.now() - since };
    },
    end: () => clearTimeout(timer),
  };
}

/**
 * Whether the browser reports to this page what it sends: no service worker can have the request.
 */
function seesProgress(): boolean {
  // A worker can't know. A sandboxed frame may not ask (SecurityError), and has no service worker.
  return globalThis.window !== undefined && !attempt(() => navigator.serviceWorker?.controller);
}
