import { SignpostError } from "./signpost_error.ts";

/**
 * No answer. Its code is `NetworkError`, `Timeout`, or `CORS` where the server is up but the browser keeps its answers
 * from this page, because the deployment's `AllowedOrigins` don't list the page's origin.
 */
export class NetworkError extends SignpostError {
  override readonly name = "NetworkError";

  override get retryable(): boolean {
    return this.code !== "CORS";
  }
}
