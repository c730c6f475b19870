const timeout = 5000; // ms

/** Why a request got no response: the browser is offline, or the server is up or down. */
export type Reachability = "offline" | "up" | "down";

/**
 * Finds out why a request to this URL got no response.
 *
 * A browser reports a server that is down and a response blocked by CORS as the same error. This
 * tells them apart with a `no-cors` request to the server's root: it succeeds whenever the server
 * responds, whatever origins it allows.
 */
export async function findReachability(url: string): Promise<Reachability> {
  if (!navigator.onLine && !isLoopback(url)) return "offline";
  try {
    await fetch(new URL("/", url), { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(timeout) });
    return "up";
  } catch {
    return "down";
  }
}

/** Whether the URL is on this machine, as a local run's are. */
export function isLoopback(url: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
