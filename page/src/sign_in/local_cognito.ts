// Cognito operations for a local run. Its server, cognito-local, lacks those that Amplify would
// call.
import { decodeJWT } from "@aws-amplify/core";
import type { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import type { LocalConfig } from "../config.ts";

type TokenRefresher = Parameters<typeof cognitoUserPoolsTokenProvider.tokenOrchestrator.setTokenRefresher>[0];
type Session = Parameters<TokenRefresher>[0];
type Tokens = Awaited<ReturnType<TokenRefresher>>;

/** Renews a session's tokens by InitiateAuth. Amplify would call GetTokensFromRefreshToken. */
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

/**
 * Revokes a session's refresh token, if Cognito can be reached. Amplify revokes only tokens with an
 * `origin_jti`.
 */
export async function revokeSession(local: LocalConfig, clientId: string, tokens: Tokens | null): Promise<void> {
  if (!tokens?.refreshToken) return;
  await call(local, "RevokeToken", { ClientId: clientId, Token: tokens.refreshToken }).catch(() => undefined);
}

interface Answer {
  AuthenticationResult: { AccessToken: string; IdToken: string };
}

/** Calls Cognito. A refusal is an Error whose name is Cognito's code, as Amplify expects. */
async function call({ cognitoEndpoint }: LocalConfig, operation: string, input: object): Promise<Answer> {
  const response = await fetch(cognitoEndpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  }).catch((cause: unknown) => {
    throw namedError("NetworkError", "no response from Cognito", cause);
  });
  const answer = (await response.json()) as Answer & { __type?: string; message?: string };
  if (response.ok) return answer;
  throw namedError((answer.__type ?? "UnknownError").replace(/^.*#/, ""), answer.message ?? operation);
}

function namedError(name: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name });
}
