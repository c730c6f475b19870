import { ErrorResponse, ErrorTimeout, InMemoryWebStorage, type User as Session, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { Issuer } from "../config.ts";
import {
  issuerRefusal,
  noResponse,
  otherSignIn,
  sessionEnded,
  signedOutHereOnly,
  storageBlocked,
  unusableAnswer,
} from "../error_messages.ts";
import { Failure } from "../failure.ts";
import { findReachability } from "../reachability.ts";
import { SignInUnreachable } from "../sign_in_unreachable.ts";
import type { Auth, User } from "./auth.ts";

/** A token that expires within this time is renewed first, in seconds. */
const leeway = 30;

const timeout = 10; // s, for each request to the issuer

/**
 * Signs users in at an OpenID Connect issuer: the authorization code flow with PKCE, by a redirect
 * of the whole page, which pop-up blockers don't stop.
 *
 * The tokens are in sessionStorage. A reload keeps them; in memory alone they would be lost, and a
 * hidden frame can't get new ones where browsers block third-party cookies. Other tabs and later
 * users of the browser don't get them, and signing out removes them. The refresh token works once,
 * so it is never used twice at a time.
 */
export class IssuerAuth implements Auth {
  readonly leavesPage = true;
  readonly #issuer: Issuer;
  readonly #isBlocked: boolean;
  readonly #manager: UserManager;
  #renewal: Promise<Session | null> | undefined;
  #signingOut: Promise<void> | undefined;

  constructor(issuer: Issuer) {
    const { audience, clientId, scope = "openid profile email offline_access" } = issuer;
    const storage = allowedStorage();
    const store = new WebStorageStateStore({ store: storage ?? new InMemoryWebStorage() });
    this.#issuer = issuer;
    this.#isBlocked = !storage;
    this.#manager = new UserManager({
      authority: issuer.issuer,
      client_id: clientId,
      redirect_uri: pageUrl(),
      post_logout_redirect_uri: pageUrl(),
      scope,
      // Most issuers know the API as the resource of RFC 8707, Auth0 as the audience.
      ...(audience && { resource: audience, extraQueryParams: { audience } }),
      userStore: store,
      stateStore: store, // by default localStorage, which outlives the tab
      automaticSilentRenew: false, // token() renews when a request needs it
      requestTimeoutInSeconds: timeout,
    });
  }

  async restore(): Promise<User | undefined> {
    const response = takeResponse();
    if (response) return this.#finish(response);
    const session = await this.#manager.getUser();
    return session && (session.refresh_token || !session.expired) ? this.#toUser(session) : undefined;
  }

  /**
   * Goes to the issuer, and returns if the user comes back without an answer, by the browser's
   * button. A Failure says why it can't go there.
   */
  async signIn(): Promise<void> {
    await this.#signingOut; // Otherwise it would end the new session.
    if (this.#isBlocked) throw storageBlocked();
    await this.#manager.signinRedirect().catch(async (cause: unknown) => {
      throw await this.#failure(cause);
    });
  }

  async token({ refresh }: { refresh: boolean }): Promise<string> {
    const session = await this.#manager.getUser();
    const isValid = session && (session.expires_in ?? Infinity) > leeway;
    if (isValid && !refresh) return session.access_token;
    if (!session?.refresh_token) throw sessionEnded();
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    const renewed = await this.#renewal;
    if (!renewed) throw sessionEnded();
    return renewed.access_token;
  }

  signOut(): Promise<void> {
    this.#signingOut = this.#end();
    return this.#signingOut;
  }

  /** Exchanges the code that the issuer has sent, or throws the Failure that it has sent. */
  async #finish(response: string): Promise<User> {
    const state = new URL(response).searchParams.get("state") ?? "";
    if (!(await this.#manager.settings.stateStore.get(state))) throw otherSignIn();
    try {
      return this.#toUser(await this.#manager.signinRedirectCallback(response));
    } catch (cause) {
      throw await this.#failure(cause);
    }
  }

  async #renew(): Promise<Session | null> {
    const { audience } = this.#issuer;
    try {
      return await this.#manager.signinSilent(audience ? { resource: audience } : {});
    } catch (cause) {
      const isTemporary = !(cause instanceof ErrorResponse) || ["server_error", "temporarily_unavailable"].includes(cause.error ?? "");
      if (isTemporary) throw new SignInUnreachable("The issuer", this.#issuer.issuer, cause);
      throw sessionEnded();
    }
  }

  async #end(): Promise<void> {
    const session = await this.#manager.getUser();
    await this.#manager.revokeTokens(["refresh_token"]).catch(() => undefined); // not every issuer can
    await this.#manager.removeUser();
    await this.#manager.clearStaleState();
    try {
      const canEnd = await this.#manager.metadataService.getEndSessionEndpoint();
      if (canEnd) await this.#manager.signoutRedirect(session?.id_token ? { id_token_hint: session.id_token } : {});
    } catch {
      throw signedOutHereOnly();
    }
  }

  /** An ErrorResponse isn't its cause: it has the request's form, with the code or a token. */
  async #failure(cause: unknown): Promise<Failure> {
    if (cause instanceof ErrorResponse) return issuerRefusal(cause.error ?? "unknown", cause.error_description ?? "");
    const { issuer } = this.#issuer;
    const isNetworkError = cause instanceof TypeError || cause instanceof ErrorTimeout;
    if (isNetworkError) return noResponse("The issuer", issuer, await findReachability(issuer), cause);
    return unusableAnswer(cause);
  }

  #toUser({ profile }: Session): User {
    const name = profile.name ?? profile.preferred_username ?? profile.email ?? profile.sub;
    return { id: `${this.#issuer.issuer} ${profile.sub}`, name };
  }
}

/** The page's URL without a file name, as the issuer knows it. */
function pageUrl(): string {
  return new URL(".", location.origin + location.pathname).href;
}

/**
 * Returns the URL with which the issuer has sent the user back, if it has. It takes the code out of
 * the address first: a reload must not send it again, and the history must not keep it.
 */
function takeResponse(): string | undefined {
  const { href, searchParams } = new URL(location.href);
  if (!searchParams.has("state") || !(searchParams.has("code") || searchParams.has("error"))) return undefined;
  history.replaceState(null, "", pageUrl());
  return href;
}

/** Returns sessionStorage, or undefined if the browser blocks it. */
function allowedStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
