/** A signed request or a plan, and the time by this machine's clock until which it may be sent. */
export type Timed<T> = T & { until: number };

/** Adds that time to an answer of the API. It doesn't rely on the server's clock. */
export async function timed<T extends { expiresIn: number }>(ask: () => Promise<T>): Promise<Timed<T>> {
  const asked = Date.now();
  const answer = await ask();
  // The last twentieth is for the way to S3, which refuses what arrives too late.
  return { ...answer, until: asked + answer.expiresIn * 950 };
}

/** Whether there is one that may still be sent. */
export function isValid<T extends { until?: number }>(signed: T | undefined): signed is T {
  return Date.now() < (signed?.until ?? 0);
}
