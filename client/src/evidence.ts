// Why there is no answer. To a page, a broken line, a server that is down, CORS and a Content-Security-Policy all look
// the same: a request that failed without a reason. What is told as the reason rests on what else was seen.

/**
 * Servers that have let this page in, by origin, and the API's routes by URL: one that answered in a way that the page
 * may read, or took bytes of a body, which it does only after a preflight.
 */
const letIn = new Set<string>();

/** Notes that this server, and where given this route, has let the page in. */
export function heardFrom(url: string, route?: string): void {
  letIn.add(originOf(url));
  if (route) letIn.add(route);
}

/** Listens for requests that the page's policy forbids, as windows and workers are told. */
export interface PolicyWatch {
  /** Whether it is known to forbid this URL. The event comes in a task of its own, maybe after the failure. */
  forbids(url: string): boolean;
  end(): void;
}

export function watchPolicy(): PolicyWatch {
  const forbidden = new Set<string>();
  const note = ({ blockedURI, disposition }: SecurityPolicyViolationEvent) => {
    if (disposition === "enforce") forbidden.add(originOf(blockedURI));
  };
  const type = "securitypolicyviolation";
  globalThis.addEventListener?.(type, note);
  return {
    forbids: (url) => forbidden.has(originOf(url)),
    end: () => globalThis.removeEventListener?.(type, note),
  };
}

/** What a page can find out about a request that stays without an answer. */
export interface Question {
  /** Without its query. */
  url: string;
  /** Whether the deployment may not have the route. */
  isOptional: boolean;
  /** Whether all tries have been made. Before, only a server that nothing speaks for is suspected. */
  isLast: boolean;
  signal: AbortSignal;
}

/**
 * Suspects CORS, or an API without this route, where nothing else explains it. A simple GET goes through whatever the
 * origin, and only its answer is kept from the page: so a server that answers it, but not to this page, doesn't let the
 * page in. Only where there are origins: elsewhere no answer means no server.
 */
export async function suspect({ url, isOptional, isLast, signal }: Question): Promise<"CORS" | "NotFound" | undefined> {
  const hasOrigin = globalThis.location !== undefined;
  const isRoute = hasOrigin && isOptional && !letIn.has(url);
  const isStranger = hasOrigin && !letIn.has(originOf(url)) && (isLast || letIn.size === 0);
  if ((isRoute || isStranger) && (await answers(url, "cors", signal))) {
    heardFrom(url);
    return isRoute ? "NotFound" : undefined;
  }
  return isStranger && (await answers(url, "no-cors", signal)) ? "CORS" : undefined;
}

async function answers(url: string, mode: RequestMode, signal: AbortSignal): Promise<boolean> {
  try {
    const either = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    const { body } = await fetch(url, { mode, cache: "no-store", signal: either });
    body?.cancel().catch(() => {});
    return true;
  } catch {
    return false;
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : ""; // a policy may also name what it forbids, such as "inline"
}
