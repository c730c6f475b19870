import { request } from "node:http";
import { json } from "node:stream/consumers";
import type { LocalRun } from "./local_run";

/**
 * Calls a local run's Cognito at its socket, which also allows administrators' operations. A
 * refusal is an Error.
 */
export async function callCognito({ outputs }: LocalRun, operation: string, input: object): Promise<any> {
  const headers = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
  };
  return new Promise((done, failed) => {
    const sent = request({ socketPath: outputs.Local.CognitoSocket, method: "POST", headers }, (response) => {
      json(response).then((answer) => {
        if (response.statusCode === 200) done(answer);
        else failed(new Error(`${operation}: ${JSON.stringify(answer)}`));
      }, failed);
    });
    sent.on("error", failed).end(JSON.stringify(input));
  });
}

/** Returns the tokens of a user who signs in with a password. */
export async function tokensFor(run: LocalRun, username: string, password: string): Promise<any> {
  const { AuthenticationResult } = await callCognito(run, "InitiateAuth", {
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: run.outputs.UserPoolClientId,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });
  return AuthenticationResult;
}

/** Returns an ID token of one of the local run's two users. */
export async function idTokenOf(run: LocalRun, user: "first" | "second"): Promise<string> {
  const { Username: name, Password: password } = run.outputs.Local.Users[user === "first" ? 0 : 1];
  return (await tokensFor(run, name, password)).IdToken;
}
