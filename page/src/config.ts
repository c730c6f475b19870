import { configInvalid, configUnavailable } from "./error_messages.ts";

/** The stack behind the page. */
export interface Config {
  stackName: string;
  /** Includes the API's stage and ends in a slash. */
  apiUrl: string;
  bucket: string;
  region: string;
  userPoolId: string;
  /** The user pool's app client. */
  clientId: string;
  /** Set in a local run only. */
  local?: LocalConfig;
}

/** A local run's services, and the users that the page offers to sign in. */
export interface LocalConfig {
  s3Endpoint: string;
  cognitoEndpoint: string;
  users: { username: string; password: string }[];
}

interface Outputs {
  ApiUrl: string;
  Region: string;
  UploadBucketName: string;
  UserPoolId: string;
  UserPoolClientId: string;
  Local?: {
    S3Endpoint: string;
    CognitoEndpoint: string;
    Users: { Username: string; Password: string }[];
  };
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
    userPoolId: stack.UserPoolId,
    clientId: stack.UserPoolClientId,
  };
  if (!Local) return config;
  const users = Local.Users.map(({ Username, Password }) => ({ username: Username, password: Password }));
  return { ...config, local: { s3Endpoint: Local.S3Endpoint, cognitoEndpoint: Local.CognitoEndpoint, users } };
}
