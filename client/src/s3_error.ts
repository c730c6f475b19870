import { SignpostError } from "./signpost_error.ts";

/** S3's refusal, with its own code and message. */
export class S3Error extends SignpostError {
  override readonly name = "S3Error";
}
