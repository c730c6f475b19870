import { ApiError } from "./api_error.ts";
import { noteAnswer } from "./connectivity.ts";
import type { components } from "./contract.ts";
import { NetworkError } from "./network_error.ts";
import { withRetries, type RetryContext } from "./retry.ts";
import { secondsIn } from "./signpost_error.ts";

/** Gives the caller's token, a new one if `refresh` is true because the API has refused the last. */
export type TokenSource = (options: { refresh: boolean }) => string | Promise<string>;

/** How long the API may take for one answer, in ms: as long as API Gateway waits for the function. */
const timeout = 30_000;

/** The deployment's API: its URL ends in a slash. */
export class Api {
  readonly #url: string;
  readonly #token: TokenSource;

  constructor(url: string, token: TokenSource) {
    this.#url = url;
    this.#token = token;
  }

  /** Posts JSON and reads the answer's. Rejects with an ApiError, a NetworkError, or what the token source throws. */
  post<T>(route: string, body: object, context: RetryContext): Promise<T> {
    const ask = (refresh: boolean) => this.#ask<T>(this.#url + route, body, refresh, context.signal);
    return withRetries(
      () =>
        ask(false).catch((error) => {
          if (error.status !== 401) throw error;
          return ask(true);
        }),
      context,
    );
  }

  async #ask<T>(url: string, body: object, refresh: boolean, signal: AbortSignal): Promise<T> {
    const token = await this.#token({ refresh });
    const method = "POST";
    const late = AbortSignal.timeout(timeout);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: { Authorization: token, "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, late]),
      });
      text = await response.text();
    } catch (cause) {
      signal.throwIfAborted();
      const code = late.aborted ? "Timeout" : "NetworkError";
      throw new NetworkError(`no answer to ${method} ${url}`, { code, method, url, cause });
    }
    noteAnswer();
    const answer = parse(text);
    if (response.ok && answer) return answer as T;
    throw refusal(answer as Partial<Refusal> | undefined, response);
  }
}

type Refusal = components["schemas"]["Refusal"];

function parse(json: string): object | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // not from this API, or cut off
  }
}

function refusal(answer: Partial<Refusal> | undefined, { status, headers, url }: Response): ApiError {
  const said = answer?.error;
  return new ApiError(said?.message ?? `the API answered ${status}, and nothing that can be read`, {
    code: said?.code ?? `HTTP ${status}`,
    field: said?.field,
    problems: said?.problems ?? [],
    requestId: said?.requestId ?? headers.get("x-amzn-RequestId") ?? undefined,
    retryAfter: secondsIn(headers.get("Retry-After")),
    status,
    method: "POST",
    url,
  });
}
