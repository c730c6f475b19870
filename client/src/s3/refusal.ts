import { S3Error } from "../errors.ts";
import { redactQuery } from "../redact.ts";
import type { SignedRequest } from "../types.ts";
import type { Answer } from "./answer.ts";
import { textOf } from "./xml.ts";

/**
 * The error for a refusal by S3. Of S3's XML it keeps only the code, the message and the request
 * id, and redacts those: S3 may quote the request.
 *
 * `X-Amz-Expires` tells an expired URL from other refusals with the code AccessDenied. S3 adds it
 * to that one alone (versity/versitygw#2116, aws/aws-sdk-php#1333); its message may contain the
 * object's key, and so any word.
 */
export function s3Refusal({ method, url }: SignedRequest, { status, xml }: Answer): S3Error {
  const text = (name: string) => redactQuery(textOf(xml, name) ?? "", url) || undefined;
  const code = text("Code") || `HTTP ${status}`;
  const s3Message = text("Message");
  return new S3Error(`S3 refused ${method}: ${code}${s3Message ? `: ${s3Message}` : ""}`, {
    ...{ code, s3Message, method, url },
    isExpired: /Expired/.test(code) || textOf(xml, "X-Amz-Expires") !== undefined,
    status: status < 300 ? 500 : status, // an error after status 200 is S3's own failure
    requestId: text("RequestId"),
  });
}
