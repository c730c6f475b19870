import { configInvalid, configUnavailable } from "./error_messages.ts";

/** The stack behind the page. */
export interface Config {
  stackName: string;
  /** Includes the API's stage and ends in a slash. */
  apiUrl: string;
  bucket: string;
  region: string;
  /** Who signs users in. */
  signIn: UserPool | Issuer;
  /** Set in a local run only. */
  local?: LocalConfig;
}

/** A Cognito user pool and its app client. */
export interface UserPool {
  userPoolId: string;
  clientId: string;
}

/** An OpenID Connect issuer, and the page's client there. */
export interface Issuer {
  /** The issuer's URL, exactly as its tokens have it. */
  issuer: string;
  clientId: string;
  /** The API, as the issuer knows it. */
  audience?: string;
  /** What to ask for, if not "openid profile email offline_access". */
  scope?: string;
}

/** A local run's services, and the users that the page offers to sign in. */
export interface LocalConfig {
  s3Endpoint: string;
  /** "" if the stack has no user pool. */
  cognitoEndpoint: string;
  users: { username: string; password: string }[];
}

interface Outputs {
  ApiUrl: string;
  Region: string;
  UploadBucketName: string;
  UserPoolId?: string;
  UserPoolClientId?: string;
  Issuer?: IssuerOutput;
  Local?: {
    S3Endpoint: string;
    CognitoEndpoint?: string;
    Issuer?: IssuerOutput;
    Users: { Username: string; Password: string }[];
  };
}

interface IssuerOutput {
  Url: string;
  ClientId: string;
  Audience?: string;
  Scope?: string;
}

/**
 * Reads config.json, which lies beside the page and holds the stack's outputs. A Failure says what
 * is wrong.
 */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("config.json", { cache: "no-store" }).catch((cause: unknown) => {
    throw configUnavailable(cause);
  });
  try {
    if (response.ok) return toConfig((await response.json()) as Record<string, Outputs>);
  } catch {
    // Not the JSON that we expect: the same to the user as no file at all.
  }
  throw configInvalid();
}

function toConfig(outputs: Record<string, Outputs>): Config {
  const [stackName, stack] = Object.entries(outputs)[0]!;
  const { Local } = stack;
  const config: Config = {
    stackName,
    apiUrl: new URL(stack.ApiUrl).href,
    bucket: stack.UploadBucketName,
    region: stack.Region,
    signIn: toSignIn(stack),
  };
  if (!Local) return config;
  const users = Local.Users.map(({ Username, Password }) => ({ username: Username, password: Password }));
  return { ...config, local: { s3Endpoint: Local.S3Endpoint, cognitoEndpoint: Local.CognitoEndpoint ?? "", users } };
}

function toSignIn({ Issuer, Local, UserPoolClientId, UserPoolId }: Outputs): UserPool | Issuer {
  const issuer = Issuer ?? Local?.Issuer;
  if (!issuer) return { userPoolId: UserPoolId!, clientId: UserPoolClientId! };
  const { Audience: audience, Scope: scope } = issuer;
  return { issuer: issuer.Url, clientId: issuer.ClientId, ...(audience && { audience }), ...(scope && { scope }) };
}
