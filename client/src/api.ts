import { ApiError } from "./api_error.ts";
import type { components } from "./contract.ts";
import { noAnswer } from "./network_error.ts";
import { withRetries, type RetryContext } from "./retry.ts";

/** Gives the caller's token, a new one if `refresh` is true because the API has refused the last. */
export type TokenSource = (options: { refresh: boolean }) => string | Promise<string>;

/** How long the API may take for one answer, in ms: as long as API Gateway waits for the function. */
const timeout = 30_000;

/** Posts JSON to a route and reads the answer's. Rejects with an ApiError, a NetworkError, or what the token source throws. */
export type Post = <T>(route: string, body: object, context: RetryContext) => Promise<T>;

/** Knows the deployment's API. */
export function newApi(apiUrl: string, token: TokenSource): Post {
  const ask = async <T>(url: string, body: object, refresh: boolean, signal: AbortSignal) => {
    const headers = { Authorization: await token({ refresh }), "Content-Type": "application/json" };
    return postJSON<T>(url, { headers, body: JSON.stringify(body) }, signal);
  };
  return (route, body, context) =>
    withRetries(
      () =>
        ask<any>(apiUrl + route, body, false, context.signal).catch((error) => {
          if (error.status !== 401) throw error;
          return ask(apiUrl + route, body, true, context.signal);
        }),
      context,
    );
}

async function postJSON<T>(url: string, request: RequestInit, signal: AbortSignal): Promise<T> {
  const late = AbortSignal.timeout(timeout);
  const method = "POST";
  let response: Response | undefined;
  let answer: unknown;
  try {
    response = await fetch(url, { ...request, method, signal: AbortSignal.any([signal, late]) });
    answer = await response.json();
  } catch (cause) {
    signal.throwIfAborted();
    // A refusal that is no JSON comes from something on the way; anything else was cut off.
    if (!response || response.ok) throw noAnswer(method, url, cause, late.aborted ? "Timeout" : undefined);
  }
  if (response.ok) return answer as T;
  throw refusal(answer as Partial<Refusal> | undefined, response);
}

type Refusal = components["schemas"]["Refusal"];

function refusal(answer: Partial<Refusal> | undefined, { status, headers, url }: Response): ApiError {
  const said = answer?.error;
  return new ApiError(said?.message ?? `the API answered ${status}`, {
    code: said?.code ?? `HTTP ${status}`,
    field: said?.field,
    problems: said?.problems ?? [],
    requestId: said?.requestId ?? headers.get("x-amzn-RequestId") ?? undefined,
    retryAfter: Number(headers.get("Retry-After")),
    status,
    method: "POST",
    url,
  });
}
