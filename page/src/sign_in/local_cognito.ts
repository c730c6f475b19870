// What Amplify asks of Cognito, and a local run's cognito-local has no answer to, asked in the way that it has one.
import type { LocalConfig } from "../config.ts";
import { decodeJWT } from "@aws-amplify/core";
import type { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";

type TokenRefresher = Parameters<typeof cognitoUserPoolsTokenProvider.tokenOrchestrator.setTokenRefresher>[0];
type Session = Parameters<TokenRefresher>[0];
type Tokens = Awaited<ReturnType<TokenRefresher>>;

/** New tokens for a session's old ones: InitiateAuth, where Amplify calls GetTokensFromRefreshToken. */
export async function renewTokens(local: LocalConfig, clientId: string, session: Session): Promise<Tokens> {
  const { tokens, username } = session;
  const { AuthenticationResult } = await call(local, "InitiateAuth", {
    AuthFlow: "REFRESH_TOKEN_AUTH",
    ClientId: clientId,
    AuthParameters: { REFRESH_TOKEN: tokens.refreshToken },
  });
  const accessToken = decodeJWT(AuthenticationResult.AccessToken);
  const clockDrift = (accessToken.payload.iat ?? 0) * 1000 - Date.now();
  return { ...tokens, accessToken, idToken: decodeJWT(AuthenticationResult.IdToken), clockDrift, username };
}

/** Ends a session: Amplify would, for tokens with an `origin_jti` only. That it can't be reached is no trouble. */
export async function endSession(local: LocalConfig, clientId: string, tokens: Tokens | null): Promise<void> {
  if (!tokens?.refreshToken) return;
  await call(local, "RevokeToken", { ClientId: clientId, Token: tokens.refreshToken }).catch(() => undefined);
}

interface Answer {
  AuthenticationResult: { AccessToken: string; IdToken: string };
}

/** Calls Cognito; a refusal is an Error that Cognito's code names, as Amplify expects. */
async function call({ cognitoEndpoint }: LocalConfig, operation: string, input: object): Promise<Answer> {
  const response = await fetch(cognitoEndpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  }).catch((cause: unknown) => {
    throw named("NetworkError", "no answer from Cognito", cause);
  });
  const answer = (await response.json()) as Answer & { __type?: string; message?: string };
  if (response.ok) return answer;
  throw named((answer.__type ?? "UnknownError").replace(/^.*#/, ""), answer.message ?? operation);
}

function named(name: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name });
}
