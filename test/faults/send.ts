// Sends files by the client, several at a time, and prints a line of JSON for each: {"size", "sha256"} and "key" or "error".
// It is a process of its own because fetch takes its proxy from the environment (NODE_USE_ENV_PROXY).
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Signpost } from "../../client/src/index.ts";
import { Random } from "./random.ts";
import type { Outputs } from "./run.ts";

const { outputs, uploads, seed, threshold } = JSON.parse(process.argv[2] ?? "") as {
  outputs: Outputs;
  uploads: number;
  seed: number;
  threshold: number;
};
const { Local, UserPoolClientId } = outputs;

async function signIn(): Promise<string> {
  const response = await fetch(Local.CognitoEndpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: UserPoolClientId,
      AuthParameters: { USERNAME: Local.Username, PASSWORD: Local.Password },
    }),
  });
  const { AuthenticationResult } = (await response.json()) as { AuthenticationResult: { IdToken: string } };
  return AuthenticationResult.IdToken;
}

let token: string | undefined;
const client = new Signpost({
  apiUrl: outputs.ApiUrl,
  token: async ({ refresh }) => {
    for (let left = 60; refresh || !token; left--) {
      const fresh = await signIn().catch((error: unknown) => error);
      if (typeof fresh === "string") return (token = fresh);
      if (left === 0) throw fresh;
      await sleep(1000); // the local run is away
    }
    return token;
  },
  storage: null,
  // An outage of the local run lasts seconds, and there are many.
  retry: { limit: 30, minDelay: 100, maxDelay: 3000, stallTimeout: 5000 },
});

const random = new Random(seed);
const sizes = Array.from({ length: uploads }, () =>
  random.oneIn(2) ? random.below(1 << 20) : threshold + random.below(2 * threshold),
);
let next = 0;

async function work(): Promise<void> {
  for (let i = next++; i < uploads; i = next++) {
    const bytes = new Random(seed + i + 1).bytes(sizes[i] ?? 0);
    const file = new File([new Uint8Array(bytes)], `${i}.mp4`, { type: "video/mp4" });
    const about = { size: file.size, sha256: createHash("sha256").update(bytes).digest("hex") };
    const result = await client.upload(file).done.then(
      ({ key }) => ({ key }),
      (error: Error & { code?: string }) => ({ error: `${error.name} ${error.code ?? ""} ${error.message}` }),
    );
    console.log(JSON.stringify({ ...about, ...result }));
  }
}

await Promise.all(Array.from({ length: 8 }, work));
