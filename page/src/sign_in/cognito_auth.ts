import { type SignInOutput, confirmSignIn, fetchAuthSession, signIn, signOut } from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider as tokens } from "@aws-amplify/auth/cognito";
import { Amplify, ConsoleLogger, sessionStorage } from "@aws-amplify/core";
import { awsHost } from "../aws_host.ts";
import type { Config, UserPool } from "../config.ts";
import { noResponse, sessionEnded, signInFailure, type SignInStep, unsupportedStep } from "../error_messages.ts";
import { findReachability } from "../reachability.ts";
import { SignInUnreachable } from "../sign_in_unreachable.ts";
import type { Auth, User } from "./auth.ts";
import { renewTokens, revokeSession } from "./local_cognito.ts";

/** What Cognito asks for next. */
export type Step =
  | { name: "done"; user: User }
  | { name: "new-password" }
  | { name: "code" }
  | { name: "set-up"; secret: string; uri: string };

/**
 * Signs users in to the stack's user pool, with Amplify. It uses SRP, which keeps the password in
 * the browser. Only to a local run, whose Cognito has no SRP, it sends the password.
 *
 * The tokens are in sessionStorage. A reload keeps them, so that an unfinished upload can continue.
 * Other tabs and later users of the browser don't get them, and signing out removes them.
 */
export class CognitoAuth implements Auth {
  readonly leavesPage = false;
  readonly #config: Config;
  readonly #clientId: string;
  #signingOut: Promise<void> | undefined;

  constructor(config: Config, { userPoolId, clientId: userPoolClientId }: UserPool) {
    this.#config = config;
    ConsoleLogger.LOG_LEVEL = "ERROR"; // Amplify warns that a local run's endpoint isn't an AWS address.
    const { local } = config;
    this.#clientId = userPoolClientId;
    const endpoint = local ? { userPoolEndpoint: local.cognitoEndpoint } : {};
    tokens.setKeyValueStorage(sessionStorage);
    if (local) tokens.tokenOrchestrator.setTokenRefresher((session) => renewTokens(local, userPoolClientId, session));
    const Auth = { Cognito: { userPoolId, userPoolClientId, ...endpoint } };
    tokens.setAuthConfig(Auth);
    Amplify.configure({ Auth }, { Auth: { tokenProvider: tokens } });
  }

  /**
   * Returns the user who was signed in before a reload; undefined if there is none or Cognito
   * doesn't respond.
   */
  async restore(): Promise<User | undefined> {
    return currentUser().catch(() => undefined);
  }

  /** Begins to sign in. A refusal is a Failure. */
  async signIn(username: string, password: string): Promise<Step> {
    await this.#signingOut; // Otherwise it would end the new session.
    await tokens.tokenOrchestrator.clearTokens(); // Amplify refuses to sign in while it has a session.
    const authFlowType = this.#config.local ? "USER_PASSWORD_AUTH" : "USER_SRP_AUTH";
    return this.#run("password", () => signIn({ username, password, options: { authFlowType } }));
  }

  /** Sends what the last step asked for: a new password or a code. A refusal is a Failure. */
  async answer(challengeResponse: string): Promise<Step> {
    return this.#run("challenge", () => confirmSignIn({ challengeResponse }));
  }

  /** Ends the session, in this tab and at Cognito. */
  signOut(): Promise<void> {
    const { local } = this.#config;
    const end = async () => {
      if (local) await revokeSession(local, this.#clientId, await tokens.authTokenStore.loadTokens());
      await signOut();
    };
    this.#signingOut = end();
    return this.#signingOut;
  }

  /** Returns an ID token for the API, renewed if it has expired or `refresh` is true. */
  async token({ refresh }: { refresh: boolean }): Promise<string> {
    let session;
    try {
      session = await fetchAuthSession({ forceRefresh: refresh });
    } catch (cause) {
      if (isNetworkError(cause)) throw new SignInUnreachable("Cognito", this.#url, cause);
      throw sessionEnded(cause);
    }
    if (!session.tokens?.idToken) throw sessionEnded();
    return session.tokens.idToken.toString();
  }

  get #url(): string {
    const { local, region } = this.#config;
    return local?.cognitoEndpoint ?? `https://${awsHost("cognito-idp", region)}/`;
  }

  async #run(step: SignInStep, request: () => Promise<SignInOutput>): Promise<Step> {
    try {
      return await toStep(await request());
    } catch (cause) {
      if (isNetworkError(cause)) throw noResponse("Cognito", this.#url, await findReachability(this.#url), cause);
      throw signInFailure(cause, step, this.#config.local !== undefined);
    }
  }
}

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
  throw unsupportedStep(nextStep.signInStep);
}

async function currentUser(): Promise<User | undefined> {
  const { userSub, tokens: current } = await fetchAuthSession();
  const claims = current?.idToken?.payload;
  if (!userSub || !claims) return undefined;
  return { id: userSub, name: String(claims["email"] ?? claims["cognito:username"]) };
}

/** Whether Amplify got no response from Cognito. */
function isNetworkError(error: unknown): boolean {
  return error instanceof Error && error.name === "NetworkError";
}
