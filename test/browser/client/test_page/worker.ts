// The client in a worker: uploads ten bytes as it is told to, and says what came of it.
import { Signpost, type SignpostError } from "signpost-client";

interface Setup {
  apiUrl: string;
  token: string;
}

addEventListener("message", async ({ data }: MessageEvent<Setup>) => {
  const { apiUrl, token } = data;
  const signpost = new Signpost({ apiUrl, token: () => token, retry: { minDelay: 10_000, maxDelay: 10_000 } });
  const { done } = signpost.upload(new Blob(["0123456789"]), { filename: "a.txt", contentType: "text/plain" });
  const said = await done.then(() => "stored", (error: SignpostError) => error.code ?? String(error));
  (globalThis as unknown as Worker).postMessage(said);
});
