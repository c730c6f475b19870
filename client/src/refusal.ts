import { ApiError, type ErrorDetails } from "./errors.ts";
import { redact } from "./redact.ts";
import type { ErrorResponse } from "./types.ts";

/** The statuses of the codes with which the API refuses a file; 400 for others. */
const statuses: Record<string, number> = { Forbidden: 403, SizeTooLarge: 413, TypeNotAllowed: 415 };

/**
 * The error for a refusal of the API.
 *
 * @param error what the API says; of a proxy's refusal nothing is known
 * @param more the facts of the answer; without it, the refusal is that of one file
 */
export function refusal(error: Partial<ErrorResponse["error"]> = {}, more: Partial<ErrorDetails> = {}, secrets: string[] = []): ApiError {
  const { status = statuses[error.code ?? ""] ?? 400, requestId } = more;
  const { code = `HTTP ${status}`, message = `the API answered ${status}`, field, problems = [], limit, allowed } = error;
  return new ApiError(redact(`${message}`, secrets), {
    ...{ ...more, code, field, problems, limit, allowed, status },
    requestId: error.requestId ?? requestId,
  });
}
