// The configuration of oidc-provider. Its names are those of oidc-provider's documentation.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { errors } from "oidc-provider";
import { kept, keptJSON } from "./kept.mjs";
import { errorPage, signOutPage } from "./sign_in.mjs";
import { storeIn } from "./store.mjs";

/** How long an access token is valid, in seconds: short, so that a session shows its renewal. */
const accessTokenLifetime = 10 * 60;

/** How long a session, and the refresh tokens in it, last, in seconds. */
const sessionLifetime = 12 * 60 * 60;

/** What a client may ask for. */
const scopes = ["openid", "profile", "email", "offline_access"];

/**
 * @typedef {object} User
 * @property {string} subject
 * @property {string} username
 * @property {string} password
 * @property {string} name
 * @property {string[]} groups
 *
 * @typedef {object} Settings
 * @property {string} issuer its URL
 * @property {string} socket where to listen
 * @property {string} audience the API that access tokens are for
 * @property {string} pageClient the client id of the page
 * @property {string[]} pages the page's URLs
 * @property {string} machineClient the client id of programs
 * @property {string} machineSecretFile
 * @property {User[]} users
 */

/**
 * @param {Settings} settings
 * @param {string} folder
 * @returns {import("oidc-provider").Configuration}
 */
export function configure(settings, folder) {
  const { audience, pages, users } = settings;
  const origins = pages.map((page) => new URL(page).origin);
  return {
    adapter: storeIn(join(folder, "store.json")),
    jwks: { keys: [keptJSON(join(folder, "signing-key.json"), newSigningKey)] },
    clients: clients(settings),
    clientAuthMethods: ["none", "client_secret_basic", "client_secret_post"],
    responseTypes: ["code"],
    clientBasedCORS: (_, origin) => origins.includes(origin),
    scopes,
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
    findAccount: (_, subject) => account(users.find((user) => user.subject === subject)),
    loadExistingGrant: grantAll,
    extraTokenClaims: (_, token) => {
      const user = users.find(({ subject }) => subject === token.accountId);
      return user && { groups: user.groups };
    },
    // OpenID Connect issues refresh tokens for offline_access with prompt=consent only. The page's
    // are for the time of the session at the issuer, and end with it.
    issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
    expiresWithSession: () => true,
    rotateRefreshToken: true,
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience, // as an issuer has that is set up for one API
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => resourceServer(resource, audience),
      },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: { enabled: true, logoutSource: signOutPage, postLogoutSuccessSource: signOutPage },
      userinfo: { enabled: false }, // its access tokens would not be for the API
    },
    cookies: {
      keys: [kept(join(folder, "cookie-key"), newSecret)],
      // Browsers send a cookie to all ports of a host: the runs on a machine must not share names.
      names: cookieNames(new URL(settings.issuer).port),
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    renderError: errorPage(settings),
    ttl: {
      AccessToken: accessTokenLifetime,
      ClientCredentials: accessTokenLifetime,
      Grant: sessionLifetime,
      IdToken: accessTokenLifetime,
      Interaction: 60 * 60,
      RefreshToken: sessionLifetime,
      Session: sessionLifetime,
    },
  };
}

/** The page, which can keep no secret, and a program that can. */
function clients({ pages, pageClient, machineClient, machineSecretFile }) {
  return [
    {
      client_id: pageClient,
      client_name: "Signpost",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: pages,
      post_logout_redirect_uris: pages,
    },
    {
      client_id: machineClient,
      client_secret: kept(machineSecretFile, newSecret).trim(),
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    },
  ];
}

/** The API, whose tokens are JWTs ("JSON Web Token Profile for OAuth 2.0 Access Tokens", RFC 9068). */
function resourceServer(resource, audience) {
  if (resource !== audience) throw new errors.InvalidTarget();
  return { audience, scope: "", accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } };
}

function account(user) {
  if (!user) return undefined;
  const { subject: sub, name, username } = user;
  return {
    accountId: sub,
    claims: async () => ({ sub, name, preferred_username: username, email: username, email_verified: true }),
  };
}

/** Grants a client of ours what it may ask for, without asking the user. */
async function grantAll({ oidc }) {
  const { Grant } = oidc.provider;
  const earlier = oidc.session.grantIdFor(oidc.client.clientId);
  const grant = (earlier && (await Grant.find(earlier))) || new Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope(scopes.join(" "));
  await grant.save();
  return grant;
}

function cookieNames(port) {
  const names = ["session", "interaction", "resume"];
  return Object.fromEntries(names.map((name) => [name, `issuer_${port}_${name}`]));
}

function newSecret() {
  return `${randomBytes(32).toString("base64url")}\n`;
}

function newSigningKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" };
}
