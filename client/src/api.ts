import { ApiError } from "./api_error.ts";
import { noteAnswer } from "./connectivity.ts";
import { NetworkError } from "./network_error.ts";
import { noteRetryAfter, withRetries, type RetryContext } from "./retry.ts";
import type { components } from "./contract.ts";

/** Gives the caller's token, a new one if `refresh` is true because the API has refused the last. */
export type TokenSource = (options: { refresh: boolean }) => string | Promise<string>;

/** How long the API may take for one answer, in ms: as long as API Gateway waits for the function. */
const timeout = 30_000;

/** The deployment's API: its URL ends in a slash. */
export class Api {
  readonly url: string;
  readonly #token: TokenSource;

  constructor(url: string, token: TokenSource) {
    this.url = url;
    this.#token = token;
  }

  /** Posts JSON and reads the answer's. Rejects with an ApiError, a NetworkError, or what the token source throws. */
  post<T>(route: string, body: object, context: RetryContext): Promise<T> {
    return withRetries(async () => {
      let response = await this.#fetch(route, body, false, context.signal);
      if (response.status === 401) response = await this.#fetch(route, body, true, context.signal);
      if (!response.ok) throw refusal(response);
      return response.body as T;
    }, context);
  }

  async #fetch(route: string, body: object, refresh: boolean, signal: AbortSignal): Promise<ApiAnswer> {
    const token = await this.#token({ refresh });
    const [url, method, late] = [this.url + route, "POST", AbortSignal.timeout(timeout)];
    try {
      const response = await fetch(url, {
        method,
        headers: { Authorization: token, "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, late]),
      });
      const text = await response.text();
      noteAnswer();
      return { ok: response.ok, status: response.status, headers: response.headers, url, body: parse(text) };
    } catch (cause) {
      signal.throwIfAborted();
      const code = late.aborted ? "Timeout" : "NetworkError";
      throw new NetworkError(`no answer to ${method} ${url}`, { code, method, url, cause });
    }
  }
}

interface ApiAnswer {
  ok: boolean;
  status: number;
  headers: Headers;
  url: string;
  /** undefined if it is no JSON. */
  body: unknown;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function refusal({ body, headers, status, url }: ApiAnswer): ApiError {
  type Refusal = components["schemas"]["Refusal"];
  const said = (body as Partial<Refusal> | undefined)?.error;
  const error = new ApiError(said?.message ?? `the API answered ${status}`, {
    code: said?.code ?? `HTTP ${status}`,
    field: said?.field,
    problems: said?.problems,
    requestId: said?.requestId ?? headers.get("x-amzn-RequestId") ?? undefined,
    status,
    method: "POST",
    url,
  });
  noteRetryAfter(error, headers.get("Retry-After"));
  return error;
}
