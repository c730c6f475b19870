import { noAnswer } from "./errors.ts";
import type { Settings } from "./options.ts";
import { readText } from "./read_text.ts";
import { refusal } from "./refusal.ts";
import { withRetries, type RetryContext } from "./retry.ts";
import { newTokens } from "./tokens.ts";
import type { ErrorResponse } from "./types.ts";
import { noteAnswer } from "./unreachable.ts";

/**
 * The time limit for an answer, in ms. API Gateway answers within 29 s, with an error if the
 * function takes longer.
 */
const timeout = 30_000;

/**
 * Calls a route of the API: posts the body as JSON, or gets if there is none. Resolves with the JSON
 * of the answer. Rejects with an ApiError, a NetworkError, or what the token source throws.
 */
export type Call = <T>(route: string, body: object | undefined, context: Omit<RetryContext, "retry">) => Promise<T>;

export function newApi({ apiUrl, token, retry }: Pick<Settings, "apiUrl" | "token" | "retry">): Call {
  const withToken = newTokens(token);
  return (route, body, context) => {
    const ask = (token: string) => fetchJSON<any>(apiUrl + route, body && JSON.stringify(body), token, context.signal);
    return withRetries(() => withToken(ask), { ...context, retry });
  };
}

async function fetchJSON<T>(url: string, body: string | undefined, token: string, signal: AbortSignal): Promise<T> {
  const late = AbortSignal.timeout(timeout);
  const method = body ? "POST" : "GET";
  const headers = { Authorization: token, ...(body && { "Content-Type": "application/json" }) };
  // The browser's cache may hold limits of before a new deployment.
  const init: RequestInit = { method, headers, body: body ?? null, cache: "no-store" };
  let response!: Response;
  let text: string | undefined;
  let answer: unknown;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.any([signal, late]) });
    noteAnswer(url, url);
    text = await readText(response);
    answer = JSON.parse(text);
    if (Object(answer) !== answer) throw undefined; // not an object
  } catch (cause) {
    signal.throwIfAborted();
    // A complete refusal that isn't JSON comes from a proxy. Everything else is no answer, or an
    // incomplete one.
    if (text == null || response.ok) throw noAnswer({ method, url }, cause, late.aborted ? "Timeout" : undefined);
  }
  if (response.ok) return answer as T;
  const requestId = response.headers.get("x-amzn-RequestId") ?? undefined;
  const retryAfter = Number(response.headers.get("Retry-After"));
  throw refusal((answer as Partial<ErrorResponse> | null | undefined)?.error, { status: response.status, url: response.url, method, requestId, retryAfter }, [token]);
}
