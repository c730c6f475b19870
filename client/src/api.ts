import { ApiError } from "./api_error.ts";
import type { components } from "./contract.ts";
import { heardFrom } from "./evidence.ts";
import { noAnswer } from "./network_error.ts";
import { readText } from "./read_text.ts";
import { redact } from "./redact.ts";
import { withRetries, type RetryContext } from "./retry.ts";
import { newTokens, type TokenSource } from "./tokens.ts";

/** How long the API may take for one answer, in ms: as long as API Gateway waits for the function. */
const timeout = 30_000;

/** Posts JSON to a route and reads the answer's. Rejects with an ApiError, a NetworkError, or what the token source throws. */
export type Post = <T>(route: string, body: object, context: RetryContext) => Promise<T>;

/** Knows the deployment's API. */
export function newApi(apiUrl: string, source: TokenSource): Post {
  const tokens = newTokens(source);
  return (route, body, context) => {
    const ask = (token: string) => postJSON<any>(apiUrl + route, JSON.stringify(body), token, context.signal);
    return withRetries(async () => {
      const { token, renewals } = await tokens.get();
      return ask(token).catch(async (error) => {
        if (error.status !== 401) throw error;
        return ask(await tokens.renew(renewals));
      });
    }, context);
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
    heardFrom(url, url);
    text = await readText(response);
    answer = JSON.parse(text);
    if (Object(answer) !== answer) throw undefined; // no object
  } catch (cause) {
    signal.throwIfAborted();
    // A whole refusal that is no JSON comes from something on the way; anything else was cut off, a refusal too.
    if (text == null || response.ok) throw noAnswer(method, url, cause, late.aborted ? "Timeout" : undefined);
  }
  if (response.ok) return answer as T;
  throw refusal(answer as Partial<Refusal> | null | undefined, response, token);
}

type Refusal = components["schemas"]["ErrorResponse"];

function refusal(answer: Partial<Refusal> | null | undefined, response: Response, token: string): ApiError {
  const { status, headers, url } = response;
  const said: Partial<Refusal["error"]> = answer?.error ?? {};
  const { code = `HTTP ${status}`, message = `the API answered ${status}`, field, problems = [], limit, allowed } = said;
  return new ApiError(redact(`${message}`, [token]), {
    ...{ code, field, problems, limit, allowed, status, url, method: "POST" },
    requestId: said.requestId ?? headers.get("x-amzn-RequestId") ?? undefined,
    retryAfter: Number(headers.get("Retry-After")),
  });
}
