// When a request to S3 is taken for dead.
//
// Progress events are what a page sees of a body on its way, and silence after them says that the connection is dead:
// `stallTimeout` is the limit. In two cases silence says nothing:
//
//   No byte was told of, and a service worker may have the request. What it fetches for the page reports no progress
//   (w3c/ServiceWorker#1141, angular#24683): all bytes may go through in silence.
//
//   All bytes were told of, and the answer isn't there. A proxy or a virus scanner on the way may have taken the body as
//   a whole and only now sends it on.
//
// Then the body's bytes have the time that they take at `minSpeed`, and `stallTimeout` on top. Where requests have been
// answered before, how long those were silent says better what to expect: four times as long is the limit, so that on a
// line where answers come at once a dead connection ends after about a minute there too.
//
// An answer that has begun is alive as long as bytes of it come: S3 sends spaces while it joins parts. It must
// end too, within fifteen times `stallTimeout`.
import { attempt } from "../attempt.ts";
import { startTimer } from "../timer.ts";

/** How long a request may be silent. */
export interface Patience {
  stallTimeout: number;
  minSpeed: number;
}

/** How long the request with the largest body so far was silent before its answer. */
interface Known {
  size: number;
  silence: number; // ms
}

let known: Known | undefined;

/** Watches one request. */
export interface Watch {
  /** So many bytes of the body have gone out. */
  sent(bytes: number): void;
  /** Bytes of the answer have come. */
  receiving(): void;
  answered(): void;
  end(): void;
}

export function watch(size: number, { stallTimeout, minSpeed }: Patience, giveUp: () => void): Watch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since = 0;
  let receivingSince = 0;
  const allow = (ms: number) => {
    clearTimeout(timer);
    since = performance.now();
    timer = startTimer(() => {
      known = undefined; // the line has become another
      giveUp();
    }, ms);
  };
  // The most that is expected after earlier requests.
  const allowBlind = () => {
    const expected = known ? 4 * known.silence * Math.max(1, size / known.size) : Infinity;
    allow(stallTimeout + Math.min((size / minSpeed) * 1000, expected));
  };
  if (size > 0 && !tellsProgress()) allowBlind();
  else allow(stallTimeout);
  return {
    sent: (bytes) => (bytes < size ? allow(stallTimeout) : allowBlind()),
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

/** Whether the browser tells this page of each body on its way: no service worker can have the request. */
function tellsProgress(): boolean {
  // In a worker that can't be found out. A sandboxed frame may not even ask (SecurityError), and has none.
  return globalThis.window !== undefined && !attempt(() => navigator.serviceWorker?.controller);
}
