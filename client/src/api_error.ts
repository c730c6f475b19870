import { SignpostError } from "./errors.ts";
import type { Problem } from "./types.ts";

/** The API's refusal, with its own code and message. */
export class ApiError extends SignpostError {
  override readonly name = "ApiError";
  /** What to correct: a field of the request, a parameter or a header. */
  declare readonly field: string | undefined;
  /** Everything that is wrong with the request, where that is more than one thing; else empty. */
  declare readonly problems: Problem[];
  /** The limit that the request went over, in the unit of its field: bytes, for a size. */
  declare readonly limit: number | undefined;
  /** What the deployment takes instead, such as its media types. */
  declare readonly allowed: string[] | undefined;
}
