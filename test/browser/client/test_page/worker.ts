// The client in a worker. It uploads ten bytes with the settings that it receives, and posts the
// result.
import { Signpost, type SignpostError } from "signpost-client";

interface Settings {
  apiUrl: string;
  token: string;
}

addEventListener("message", async ({ data }: MessageEvent<Settings>) => {
  const { apiUrl, token } = data;
  const signpost = new Signpost({ apiUrl, token: () => token, retry: { minDelay: 10_000, maxDelay: 10_000 } });
  const { done } = signpost.upload(new Blob(["0123456789"]), { filename: "a.txt", contentType: "text/plain" });
  const result = await done.then(() => "stored", (error: SignpostError) => error.code ?? String(error));
  (globalThis as unknown as Worker).postMessage(result);
});
