import { isOffline } from "./connectivity.ts";
import { NetworkError } from "./errors.ts";
import { withRetries, type RetryOptions } from "./retry.ts";
import { share, type Caller, type SharedRequest } from "./shared_request.ts";

/** The code for files in parts. */
export type PartsCode = typeof import("./file_in_parts.ts");

/**
 * Loads the code for files in parts, and tries again like a request. Callers share what is under
 * way. Rejects with a NetworkError.
 */
export type LoadParts = (caller: Caller) => Promise<PartsCode>;

/**
 * Many browsers remember that a module has failed, and then every further try fails at once: Chromium
 * before 156, and others of its time (whatwg/html#6768, mdn/browser-compat-data#30604). So it isn't
 * tried while the browser is offline. Nor is it often the first request: the limits were there.
 */
async function load(): Promise<PartsCode> {
  let cause: unknown;
  try {
    if (!isOffline()) return await import("./file_in_parts.ts");
  } catch (error) {
    cause = error;
  }
  throw new NetworkError("the page's code for files in parts can't be loaded: reload the page", { code: "NotLoaded", cause });
}

export function newPartsLoader(retry: RetryOptions): LoadParts {
  let loading: SharedRequest<PartsCode> | undefined;
  return (caller) => {
    if (loading?.over.aborted !== false) loading = share((all) => withRetries(load, { ...all, retry }));
    return loading.join(caller);
  };
}
