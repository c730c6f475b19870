import { NetworkError } from "signpost-client";

/**
 * Cognito didn't respond when the client needed a token. The client retries a NetworkError, as it
 * does when the API doesn't respond.
 */
export class CognitoUnreachable extends NetworkError {
  constructor(url: string, cause: unknown) {
    super("no response from Cognito", { code: "NetworkError", method: "POST", url, cause });
  }
}
