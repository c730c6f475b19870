import { passes, SignpostError } from "./signpost_error.ts";

/** S3's refusal, with its own code and message. */
export class S3Error extends SignpostError {
  override readonly name = "S3Error";

  override get retryable(): boolean {
    return passes(this.status) || this.code === "RequestTimeout";
  }

  /** Whether a newly signed URL may do: this one, or the credentials behind it, ran out, or the bytes changed. */
  get wantsNewUrl(): boolean {
    // S3 says of an expired URL "AccessDenied: Request has expired".
    return /^(ExpiredToken|RequestTimeTooSkewed|BadDigest)$/.test(this.code) || /Denied.*expired/i.test(this.message);
  }
}
