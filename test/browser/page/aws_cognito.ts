import type { BrowserContext } from "@playwright/test";
import { SrpExchange } from "./srp_server";
import { totp } from "./totp";

interface Tokens {
  IdToken: string;
  AccessToken: string;
  RefreshToken?: string;
}

interface User {
  username: string;
  /** Valid for one sign-in. */
  temporaryPassword: string;
  tokens(): Promise<Tokens>;
}

const totpKey = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/**
 * Stands in for AWS's Cognito. It asks a new user for SRP, then for a new password, and then for a
 * second factor. It responds at AWS's URL, in the browser of one test.
 */
export class AwsCognito {
  /** The operations that were called, in order. */
  readonly calls: string[] = [];
  readonly #poolId: string;
  readonly #user: User;
  #password: string;
  #isNew = true;
  #srp: SrpExchange | undefined;

  constructor(poolId: string, user: User) {
    this.#poolId = poolId;
    this.#user = user;
    this.#password = user.temporaryPassword;
  }

  async listen(context: BrowserContext): Promise<void> {
    await context.route(`https://cognito-idp.${this.#poolId.split("_")[0]}.amazonaws.com/**`, async (route) => {
      const operation = route.request().headers()["x-amz-target"]?.split(".")[1] ?? "";
      const { status = 200, ...answer } = await this.#answer(operation, route.request().postDataJSON());
      const headers = { "Access-Control-Allow-Origin": "*", "Content-Type": "application/x-amz-json-1.1" };
      await route.fulfill({ status, headers, body: JSON.stringify(answer) });
    });
  }

  /** The current code of the user's authenticator app. */
  get code(): string {
    return totp(totpKey);
  }

  async #answer(operation: string, input: any): Promise<any> {
    this.calls.push(input.AuthFlow ?? input.ChallengeName ?? operation);
    switch (operation) {
      case "InitiateAuth":
        return this.#begin(input.AuthFlow, input.AuthParameters);
      case "RespondToAuthChallenge":
        return this.#respond(input.ChallengeName, input.ChallengeResponses);
      case "AssociateSoftwareToken":
        return { SecretCode: totpKey, Session: "set-up" };
      case "VerifySoftwareToken":
        if (input.UserCode !== this.code) return refusal("EnableSoftwareTokenMFAException", "Code mismatch");
        return { Status: "SUCCESS", Session: "verified" };
      case "GetTokensFromRefreshToken":
        return { AuthenticationResult: await this.#user.tokens() };
      case "RevokeToken":
        return {};
    }
    return refusal("InvalidParameterException", `${operation} is not supported by this stand-in`);
  }

  #begin(flow: string, { USERNAME, SRP_A }: Record<string, string>): any {
    if (flow !== "USER_SRP_AUTH") return refusal("InvalidParameterException", `${flow} is not enabled for this client`);
    this.#srp = new SrpExchange(this.#poolId, USERNAME, this.#password, SRP_A);
    return {
      ChallengeName: "PASSWORD_VERIFIER",
      ChallengeParameters: {
        SALT: this.#srp.salt,
        SRP_B: this.#srp.B,
        SECRET_BLOCK: this.#srp.secretBlock.toString("base64"),
        USERNAME,
        USER_ID_FOR_SRP: USERNAME,
      },
    };
  }

  async #respond(challenge: string, responses: Record<string, string>): Promise<any> {
    switch (challenge) {
      case "PASSWORD_VERIFIER": {
        const isProven = this.#srp?.isProvenBy(responses.PASSWORD_CLAIM_SIGNATURE, responses.TIMESTAMP);
        if (!isProven) return refusal("NotAuthorizedException", "Incorrect username or password.");
        if (!this.#isNew) return { ChallengeName: "SOFTWARE_TOKEN_MFA", ChallengeParameters: {}, Session: "code" };
        const ChallengeParameters = { USER_ID_FOR_SRP: this.#user.username, requiredAttributes: "[]" };
        return { ChallengeName: "NEW_PASSWORD_REQUIRED", ChallengeParameters, Session: "new password" };
      }
      case "NEW_PASSWORD_REQUIRED":
        if (responses.NEW_PASSWORD.length < 12) {
          return refusal("InvalidPasswordException", "Password did not conform with policy: Password not long enough");
        }
        this.#password = responses.NEW_PASSWORD;
        return {
          ChallengeName: "MFA_SETUP",
          ChallengeParameters: { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' },
          Session: "mfa",
        };
      case "MFA_SETUP":
        this.#isNew = false;
        return { ChallengeParameters: {}, AuthenticationResult: await this.#user.tokens() };
      case "SOFTWARE_TOKEN_MFA":
        if (responses.SOFTWARE_TOKEN_MFA_CODE !== this.code) return refusal("CodeMismatchException", "Invalid code");
        return { ChallengeParameters: {}, AuthenticationResult: await this.#user.tokens() };
    }
    return refusal("InvalidParameterException", `${challenge} is not supported by this stand-in`);
  }
}

function refusal(code: string, message: string) {
  return { status: 400, __type: code, message };
}
