import { type SignInOutput, confirmSignIn, fetchAuthSession, signIn, signOut } from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider as tokens } from "@aws-amplify/auth/cognito";
import { Amplify, ConsoleLogger, sessionStorage } from "@aws-amplify/core";
import { explainSignIn, isNetworkError, sessionEnded, unknownStep } from "../auth_failure.ts";
import { awsHost } from "../aws_host.ts";
import { CognitoUnreachable } from "./cognito_unreachable.ts";
import type { Config } from "../config.ts";
import { endSession, renewTokens } from "./local_cognito.ts";
import { explainNetworkFailure } from "../network_failure.ts";

/** Who is signed in. */
export interface User {
  /** The token's `sub`. */
  id: string;
  /** The address that they sign in with. */
  name: string;
}

/** What Cognito asks for next. */
export type Step =
  | { name: "done"; user: User }
  | { name: "new-password" }
  | { name: "code" }
  | { name: "set-up"; secret: string; uri: string };

/**
 * Signing in to the stack's user pool, by Amplify: with SRP, so that the password never leaves this page, or against a
 * local run, whose Cognito has no SRP, by sending it.
 *
 * The tokens live in sessionStorage: a reload keeps them, so that an unfinished upload goes on; other tabs, and whoever
 * opens the browser next, don't get them, and signing out removes them.
 */
export class Auth {
  readonly #config: Config;
  #ending: Promise<void> | undefined;

  constructor(config: Config) {
    this.#config = config;
    ConsoleLogger.LOG_LEVEL = "ERROR"; // not a warning that a local run's Cognito is no AWS address
    const { userPoolId, clientId: userPoolClientId, local } = config;
    const endpoint = local ? { userPoolEndpoint: local.cognitoEndpoint } : {};
    tokens.setKeyValueStorage(sessionStorage);
    if (local) tokens.tokenOrchestrator.setTokenRefresher((session) => renewTokens(local, userPoolClientId, session));
    const Auth = { Cognito: { userPoolId, userPoolClientId, ...endpoint } };
    tokens.setAuthConfig(Auth);
    Amplify.configure({ Auth }, { Auth: { tokenProvider: tokens } });
  }

  /** Who was signed in before this page was reloaded; undefined if nobody, or if Cognito doesn't answer. */
  async restore(): Promise<User | undefined> {
    return currentUser().catch(() => undefined);
  }

  /** The first step. Else a Failure. */
  async signIn(username: string, password: string): Promise<Step> {
    await this.#ending; // else it would end the new session
    await tokens.tokenOrchestrator.clearTokens(); // Amplify takes nobody in while it has another's
    const authFlowType = this.#config.local ? "USER_PASSWORD_AUTH" : "USER_SRP_AUTH";
    return this.#step(() => signIn({ username, password, options: { authFlowType } }), "password");
  }

  /** Answers what the last step asked for: the new password or the code. Else a Failure. */
  async answer(step: Asked, challengeResponse: string): Promise<Step> {
    return this.#step(() => confirmSignIn({ challengeResponse }), step);
  }

  /** Ends the session here and at Cognito. */
  signOut(): Promise<void> {
    const { local, clientId } = this.#config;
    const end = async () => {
      // Amplify revokes AWS's own kind of token only.
      if (local) await endSession(local, clientId, await tokens.authTokenStore.loadTokens());
      await signOut();
    };
    this.#ending = end();
    return this.#ending;
  }

  /** An ID token for the API: renewed if it has run out, or if the API has refused the last one. Else a Failure. */
  async token({ refresh }: { refresh: boolean }): Promise<string> {
    let session;
    try {
      session = await fetchAuthSession({ forceRefresh: refresh });
    } catch (cause) {
      if (!isNetworkError(cause)) throw sessionEnded(cause);
      // The client then tries again, as it does when the API doesn't answer.
      throw new CognitoUnreachable(this.#url, cause);
    }
    if (!session.tokens?.idToken) throw sessionEnded();
    return session.tokens.idToken.toString();
  }

  get #url(): string {
    const { local, region } = this.#config;
    return local?.cognitoEndpoint ?? `https://${awsHost("cognito-idp", region)}/`;
  }

  async #step(ask: () => Promise<SignInOutput>, asked: Asked): Promise<Step> {
    try {
      return await toStep(await ask());
    } catch (cause) {
      if (isNetworkError(cause)) {
        throw await explainNetworkFailure({ who: "Cognito", url: this.#url, origins: "what Cognito allows", cause });
      }
      throw explainSignIn(cause, asked);
    }
  }
}

/** What was asked for: the password, or a further step. */
export type Asked = "password" | Step["name"];

async function toStep({ nextStep }: SignInOutput): Promise<Step> {
  switch (nextStep.signInStep) {
    case "DONE": {
      const user = await currentUser();
      if (!user) throw sessionEnded();
      return { name: "done", user };
    }
    case "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED":
      return { name: "new-password" };
    case "CONFIRM_SIGN_IN_WITH_TOTP_CODE":
      return { name: "code" };
    case "CONTINUE_SIGN_IN_WITH_TOTP_SETUP": {
      const { sharedSecret, getSetupUri } = nextStep.totpSetupDetails;
      return { name: "set-up", secret: sharedSecret, uri: getSetupUri("Signpost").href };
    }
  }
  throw unknownStep(nextStep.signInStep);
}

async function currentUser(): Promise<User | undefined> {
  const { userSub, tokens: held } = await fetchAuthSession();
  const claims = held?.idToken?.payload;
  if (!userSub || !claims) return undefined;
  return { id: userSub, name: String(claims["email"] ?? claims["cognito:username"]) };
}
