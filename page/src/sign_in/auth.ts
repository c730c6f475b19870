// How users sign in: to a Cognito user pool, or at an issuer. A page loads the code of one of them.
import type { Config } from "../config.ts";

/** The user who is signed in. */
export interface User {
  /** The token's `sub`, with the issuer before it if that isn't a user pool. */
  id: string;
  /** The email address or the name. */
  name: string;
}

/** Signs users in and out, and has their tokens. */
export interface Auth {
  /** Whether the browser leaves the page to sign in, which empties the list of files. */
  readonly leavesPage: boolean;
  /**
   * Returns the user who was signed in before a reload, or who returns from the issuer; undefined
   * if there is none. A failed return is a Failure.
   */
  restore(): Promise<User | undefined>;
  /** Returns a token for the API, renewed if it has expired or `refresh` is true. */
  token(options: { refresh: boolean }): Promise<string>;
  /** Ends the session, in this tab and where the user signed in. */
  signOut(): Promise<void>;
}

/** The sign-in card. */
export interface Card {
  /** Shows the first step, and why the user has to sign in: "" for no reason. */
  open(reason: string): void;
  /** Does the same, and moves the focus into the card. */
  reopen(reason: string): void;
}

/** Returns the stack's way to sign in. `onUser` is called with the user who has signed in. */
export async function loadSignIn(config: Config, onUser: (user: User) => void): Promise<{ auth: Auth; card: Card }> {
  const { signIn } = config;
  if ("issuer" in signIn) {
    const [{ IssuerAuth }, { IssuerCard }] = await Promise.all([import("./issuer_auth.ts"), import("./issuer_card.ts")]);
    const auth = new IssuerAuth(signIn);
    return { auth, card: new IssuerCard(auth, signIn) };
  }
  const [{ CognitoAuth }, { CognitoCard }] = await Promise.all([import("./cognito_auth.ts"), import("./cognito_card.ts")]);
  const auth = new CognitoAuth(config, signIn);
  const card = new CognitoCard(auth, onUser);
  if (config.local) card.offer(config.local.users);
  return { auth, card };
}
