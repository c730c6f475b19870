import { attempt } from "./attempt.ts";

/** The longest text that is kept, in characters. */
const longest = 1000;

/**
 * Shortens a text that someone else has written, and removes secrets from it: S3, or a proxy, may
 * quote the request with its signed URL or token.
 *
 * @param secrets removed as they are and URL-encoded
 */
export function redact(text: string, secrets: string[]): string {
  // A secret that is cut in two would not be recognized, so the last word of a shortened text is
  // dropped.
  return (text.length > longest ? text.slice(0, longest).replace(/\S*$/, "...") : text).replace(/\S+/g, (word) =>
    /X-Amz-|[?&]\S+=/i.test(word) || secrets.some((secret) => secret.length > 15 && (word.includes(secret) || word.includes(encodeURIComponent(secret)))) ? "..." : word,
  );
}

/** Redacts the values of a signed URL's query. */
export function redactQuery(text: string, url: string): string {
  return redact(text, attempt(() => [...new URL(url).searchParams.values()]) ?? []);
}
