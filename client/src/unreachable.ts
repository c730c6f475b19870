// What is observed of servers and requests, so that diagnosis.ts can say why a request has no answer.

/**
 * The origins of servers that allow this page, and the URLs of the API's routes that do: they have
 * answered, and the page could read that, or they have received bytes of a body, which a browser
 * sends only after a successful preflight.
 */
export const allowing = new Set<string | undefined>();

/** Notes that the server at this URL, and the route if it is given, allows the page. */
export function noteAnswer(url: string, route?: string): void {
  allowing.add(new URL(url).origin).add(route);
}

/** What was observed during the tries of one request. */
export interface Clues {
  /** What the page's Content-Security-Policy has forbidden: URLs, and words such as "inline". */
  forbidden: Set<string>;
  /** The reason that was suspected after the last try. */
  suspected?: string | undefined;
}

/**
 * Listens for requests that the page's Content-Security-Policy forbids. Windows and workers have
 * that event.
 *
 * @returns what ends it
 */
export function watchPolicy({ forbidden }: Clues): () => void {
  const note = ({ blockedURI, disposition }: SecurityPolicyViolationEvent) => {
    if (disposition === "enforce") forbidden.add(blockedURI);
  };
  const type = "securitypolicyviolation";
  globalThis.addEventListener?.(type, note);
  return () => globalThis.removeEventListener?.(type, note);
}
