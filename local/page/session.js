// @ts-check
import { Failure } from "./failure.js";
import { explainNetworkFailure } from "./network_failure.js";

/** @typedef {import("./config.js").Config} Config */

/** An ID token is renewed when it has less than this left, so that it doesn't run out on its way. */
const renewBefore = 5 * 60_000; // ms

/**
 * A signed-in user. The tokens live in this object alone, so they end with the tab: nothing is in localStorage for a
 * script or the next person to find.
 */
export class Session {
  #config;
  #idToken = "";
  #refreshToken = "";
  #renewAt = 0;
  /** @type {Promise<void> | undefined} */
  #renewing;

  /**
   * Signs in with USER_PASSWORD_AUTH, which stage local's app client allows.
   *
   * @param {Config} config
   * @param {string} username
   * @param {string} password
   * @returns {Promise<Session>} or a Failure
   */
  static async signIn(config, username, password) {
    const answer = await initiateAuth(config, "USER_PASSWORD_AUTH", { USERNAME: username, PASSWORD: password });
    return new Session(config, username, answer);
  }

  /**
   * @param {Config} config
   * @param {string} username
   * @param {Tokens} tokens
   */
  constructor(config, username, tokens) {
    this.#config = config;
    this.username = username;
    this.#keep(tokens);
  }

  /**
   * A token that is good for some minutes at least.
   *
   * @returns {Promise<string>}
   */
  async idToken() {
    if (Date.now() >= this.#renewAt) await this.renew();
    return this.#idToken;
  }

  /** Gets a new token now; callers at the same time share one request. A Failure if Cognito ended the session. */
  async renew() {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /** Forgets the tokens and asks Cognito to end them. */
  signOut() {
    const token = this.#refreshToken;
    this.#idToken = this.#refreshToken = "";
    call(this.#config, "RevokeToken", { ClientId: this.#config.clientId, Token: token }).catch(() => {
      // The page has forgotten it either way, and it runs out by itself.
    });
  }

  async #renew() {
    this.#keep(await initiateAuth(this.#config, "REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: this.#refreshToken }));
  }

  /** @param {Tokens} tokens */
  #keep(tokens) {
    this.#idToken = tokens.IdToken;
    this.#refreshToken = tokens.RefreshToken ?? this.#refreshToken;
    // Its lifetime counts from now by this machine's clock, which need not agree with Cognito's.
    const { iat, exp } = claims(tokens.IdToken);
    this.#renewAt = Date.now() + (exp - iat) * 1000 - renewBefore;
  }
}

/**
 * @typedef {object} Tokens
 * @property {string} IdToken
 * @property {string} [RefreshToken] absent from the answer to a refresh
 */

/**
 * @param {Config} config
 * @param {string} flow
 * @param {Record<string, string>} parameters
 * @returns {Promise<Tokens>}
 */
async function initiateAuth(config, flow, parameters) {
  const answer = await call(config, "InitiateAuth", {
    AuthFlow: flow,
    ClientId: config.clientId,
    AuthParameters: parameters,
  });
  if (answer.AuthenticationResult) return answer.AuthenticationResult;
  throw new Failure("This account needs one more step to sign in", {
    details: [`Cognito asks for ${answer.ChallengeName}, which this page doesn't do.`],
    advice: "Sign in as another user.",
    code: String(answer.ChallengeName),
  });
}

/**
 * @param {Config} config
 * @param {string} operation
 * @param {object} input
 * @returns {Promise<any>}
 */
async function call(config, operation, input) {
  const url = config.cognitoEndpoint;
  let response, answer;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(20_000),
    });
    answer = await response.json();
  } catch (cause) {
    throw await explainNetworkFailure({ who: "Cognito", url, origins: "those that Cognito allows", cause });
  }
  if (response.ok) return answer;
  throw refusal(String(answer.__type ?? "").replace(/^.*#/, ""), answer.message ?? "", operation, input);
}

/**
 * @param {string} code
 * @param {string} message
 * @param {string} operation
 * @param {any} input
 */
function refusal(code, message, operation, input) {
  if (input.AuthFlow === "REFRESH_TOKEN_AUTH") {
    return new Failure("Your session has ended", { advice: "Sign in again.", code, signIn: true });
  }
  switch (code) {
    case "NotAuthorizedException":
    case "InvalidPasswordException": // cognito-local's own
    case "UserNotFoundException":
      return new Failure("That name and password don't match", {
        advice: "Check them. Passwords are new with each local run: if it was started again, reload this page.",
        code,
      });
    case "TooManyRequestsException":
    case "LimitExceededException":
      return new Failure("Too many attempts", { advice: "Wait a minute, then try again.", code });
  }
  return new Failure("Cognito refused", { details: [message || operation], advice: "Try again.", code });
}

/**
 * Reads a token's claims without checking it: that is the API's to do, the page only wants the times.
 *
 * @param {string} token
 * @returns {{iat: number, exp: number}} seconds
 */
function claims(token) {
  return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
}
