import type { LocalRun } from "./local_run";

/** Calls a local run's Cognito, as its administrator or any user. A refusal is an Error. */
export async function callCognito({ outputs }: LocalRun, operation: string, input: object): Promise<any> {
  const response = await fetch(outputs.Local.CognitoEndpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return answer;
}

/** What Cognito gives a user who has signed in with a password. */
export async function tokensFor(run: LocalRun, username: string, password: string): Promise<any> {
  const { AuthenticationResult } = await callCognito(run, "InitiateAuth", {
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: run.outputs.UserPoolClientId,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });
  return AuthenticationResult;
}
