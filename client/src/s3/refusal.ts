import { redactQuery } from "../redact.ts";
import { SignpostError } from "../errors.ts";
import type { Answer } from "./send.ts";
import type { SignedRequest } from "../types.ts";
import { textOf } from "./xml.ts";

/** S3's refusal, with its own code and message. */
export class S3Error extends SignpostError {
  override readonly name = "S3Error";
  /** S3's own words; absent where it has none. */
  declare readonly said: string | undefined;
}

/** Of S3's XML only the code, the message and the request id, and no secret in them: it may repeat the request. */
export function s3Refusal({ method, url }: SignedRequest, { status, responseText }: Answer): S3Error {
  const text = (name: string) => redactQuery(textOf(responseText, name) ?? "", url) || undefined;
  const code = text("Code") || `HTTP ${status}`;
  const said = text("Message");
  const message = `S3 refused ${method}: ${code}${said ? `: ${said}` : ""}`;
  // An error that comes after 200 is a failure of S3's own.
  return new S3Error(message, { code, said, status: status < 300 ? 500 : status, requestId: text("RequestId"), method, url });
}
