import { attempt } from "../attempt.ts";
import { noAnswer } from "../errors.ts";
import { readText } from "../read_text.ts";
import { withRetries } from "../retry.ts";
import { s3Refusal } from "../s3/refusal.ts";
import { isValid, type Timed } from "../s3/timed.ts";
import type { CallOptions } from "../signpost.ts";
import type { SignedDownload } from "../types.ts";
import { noteAnswer } from "../unreachable.ts";
import { sign, type Tools } from "./signed.ts";

/** The time limit for an answer, in ms. */
const timeout = 30_000;

/** Only GET is signed, so this asks for the first byte. */
export function originalName(tools: Tools, key: string, { signal = AbortSignal.any([]) }: CallOptions): Promise<string> {
  let signed: Timed<SignedDownload> | undefined;
  const ask = async () => {
    if (!isValid(signed)) signed = await sign<SignedDownload>(tools, "downloads", { key }, signal);
    const disposition = (await open(signed, { Range: "bytes=0-0" }, signal)) ?? (await open(signed, {}, signal));
    return filenameIn(disposition ?? "") ?? key.slice(key.lastIndexOf("/") + 1);
  };
  return tools.pool(signal, () => withRetries(ask, { ...tools, signal }));
}

/** The Content-Disposition of S3's answer, "" if it has none; undefined if the file has no such range. */
async function open(signed: SignedDownload, range: Record<string, string>, signal: AbortSignal): Promise<string | undefined> {
  const { method, url, headers } = signed;
  let response: Response;
  let xml = "";
  try {
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    // A cache would answer for a file that has been deleted.
    response = await fetch(url, { method, headers: { ...headers, ...range }, signal: either, cache: "no-store" });
    noteAnswer(url);
    if (response.ok) response.body?.cancel().catch(() => {});
    else xml = await readText(response);
  } catch (cause) {
    signal.throwIfAborted();
    throw noAnswer(signed, cause);
  }
  const { status, ok } = response;
  if (status === 416 && range.Range) return undefined; // an empty file has no first byte
  const etag = response.headers.get("ETag");
  if (!ok) throw s3Refusal(signed, { status, xml, etag });
  if (!etag) throw noAnswer(signed, new Error("not S3's answer, or its CORS rules expose no ETag"));
  return response.headers.get("Content-Disposition") ?? "";
}

/**
 * The name in a Content-Disposition that the API has signed: RFC 8187, in UTF-8. Undefined if there
 * is none, or if it is not valid, which decodeURIComponent reports by throwing (n8n-io/n8n#26551).
 */
export function filenameIn(disposition: string): string | undefined {
  const encoded = /;\s*filename\*=UTF-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  return encoded && attempt(() => decodeURIComponent(encoded));
}
