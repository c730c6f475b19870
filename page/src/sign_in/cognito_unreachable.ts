import { NetworkError } from "signpost-client";

/** Cognito gave no answer when the client wanted a token: the client tries again, as it does with its own requests. */
export class CognitoUnreachable extends NetworkError {
  constructor(url: string, cause: unknown) {
    super("no answer from Cognito", { code: "NetworkError", method: "POST", url, cause });
  }
}
