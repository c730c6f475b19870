import { Failure } from "./failure.ts";

/** What the page has to know of the stack it belongs to. */
export interface Config {
  stackName: string;
  /** With the API's stage and a trailing slash. */
  apiUrl: string;
  bucket: string;
  region: string;
  userPoolId: string;
  /** The user pool's app client. */
  clientId: string;
  /** Only in a local run. */
  local?: LocalConfig;
}

/** Where a local run's services are, and whom one click signs in. */
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

/** Reads config.json beside the page: the stack's outputs, in the shape of the outputs file. Else a Failure. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("config.json", { cache: "no-store" }).catch((cause: unknown) => {
    throw new Failure("This page's server doesn't answer", {
      advice: "If it is a local run, start it again in a terminal, and reload this page.",
      code: "NoConfig",
      cause,
    });
  });
  try {
    if (response.ok) return toConfig((await response.json()) as Record<string, Outputs>);
  } catch {
    // Told below: a file of another kind is as good as none.
  }
  throw new Failure("This page doesn't know its stack", {
    details: ["There is no config.json beside it, or it isn't a stack's outputs."],
    advice: "Build the page with --outputs FILE, where FILE is what cdk deploy --outputs-file wrote.",
    code: "NoConfig",
  });
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
