import { ApiError, noAnswer } from "./errors.ts";
import type { Settings } from "./options.ts";
import { readText } from "./read_text.ts";
import { redact } from "./redact.ts";
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
 * Posts JSON to a route of the API, and resolves with the JSON of the answer. Rejects with an
 * ApiError, a NetworkError, or what the token source throws.
 */
export type Post = <T>(route: string, body: object, context: Omit<RetryContext, "retry">) => Promise<T>;

export function newApi({ apiUrl, token, retry }: Pick<Settings, "apiUrl" | "token" | "retry">): Post {
  const withToken = newTokens(token);
  return (route, body, context) => {
    const ask = (token: string) => postJSON<any>(apiUrl + route, JSON.stringify(body), token, context.signal);
    return withRetries(() => withToken(ask), { ...context, retry });
  };
}

async function postJSON<T>(url: string, body: string, token: string, signal: AbortSignal): Promise<T> {
  const late = AbortSignal.timeout(timeout);
  const method = "POST";
  const headers = { Authorization: token, "Content-Type": "application/json" };
  let response!: Response;
  let text: string | undefined;
  let answer: unknown;
  try {
    response = await fetch(url, { method, headers, body, signal: AbortSignal.any([signal, late]) });
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
  throw refusal(answer as Partial<ErrorResponse> | null | undefined, response, token);
}

function refusal(answer: Partial<ErrorResponse> | null | undefined, response: Response, token: string): ApiError {
  const { status, headers, url } = response;
  const facts: Partial<ErrorResponse["error"]> = answer?.error ?? {};
  const { code = `HTTP ${status}`, message = `the API answered ${status}`, field, problems = [], limit, allowed } = facts;
  return new ApiError(redact(`${message}`, [token]), {
    ...{ code, field, problems, limit, allowed, status, url, method: "POST" },
    requestId: facts.requestId ?? headers.get("x-amzn-RequestId") ?? undefined,
    retryAfter: Number(headers.get("Retry-After")),
  });
}
