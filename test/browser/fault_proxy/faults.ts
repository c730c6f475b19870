import type { Fault } from "./fault_proxy";

/** S3 asks to slow down ("Error responses", Amazon S3 API Reference). */
export const slowDown: Fault = {
  kind: "answer",
  status: 503,
  headers: { "Content-Type": "application/xml" },
  body:
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SlowDown</Code>' +
    "<Message>Please reduce your request rate.</Message><RequestId>0A1B2C3D4E5F6071</RequestId></Error>",
};

/** S3 has an internal error. */
export const internalError: Fault = {
  kind: "answer",
  status: 500,
  headers: { "Content-Type": "application/xml" },
  body:
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code>' +
    "<Message>We encountered an internal error. Please try again.</Message></Error>",
};

/** API Gateway throttles, with the template's gateway response THROTTLED. */
export function throttled(retryAfter: number): Fault {
  return apiError(429, "TooManyRequests", { "Retry-After": String(retryAfter) });
}

/** The API has an internal error. */
export const apiInternalError: Fault = apiError(500, "Internal", {});

function apiError(status: number, code: string, headers: Record<string, string>): Fault {
  const body = JSON.stringify({ error: { code, message: "try again", requestId: "b2b1c7a0" } });
  return { kind: "answer", status, headers: { "Content-Type": "application/json", ...headers }, body };
}
