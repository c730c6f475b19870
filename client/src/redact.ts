import { attempt } from "./attempt.ts";

const longest = 1000; // characters of somebody else's words

/**
 * Somebody else's words without what a signed URL or a token would give away: S3, and what stands before it, may quote
 * the request.
 *
 * @param secrets what must not come out in any spelling
 */
export function redact(text: string, secrets: string[]): string {
  const holds = (word: string) => (secret: string) =>
    secret.length > 15 && (word.includes(secret) || word.includes(encodeURIComponent(secret)));
  // A word that is cut in the middle can't be told from others.
  return (text.length > longest ? text.slice(0, longest).replace(/\S*$/, "…") : text).replace(/\S+/g, (word) =>
    /X-Amz-|[?&]\S+=/i.test(word) || secrets.some(holds(word)) ? "…" : word,
  );
}

/** The same, without the values of a signed URL's query. */
export function redactQuery(text: string, url: string): string {
  return redact(text, attempt(() => [...new URL(url).searchParams.values()]) ?? []);
}
