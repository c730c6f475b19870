import { NetworkError } from "signpost-client";

/**
 * Whoever signs users in didn't respond when the client needed a token. The client retries a
 * NetworkError, as it does when the API doesn't respond.
 */
export class SignInUnreachable extends NetworkError {
  readonly service: "Cognito" | "The issuer";

  constructor(service: "Cognito" | "The issuer", url: string, cause: unknown) {
    super(`no response from ${service}`, { code: "NetworkError", method: "POST", url, cause });
    this.service = service;
  }
}
