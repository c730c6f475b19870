/** Something signed, and the time by this machine's clock until which it is used. */
export type Timed<T> = T & { until: number };

/** Adds the time until which an answer of the API is used. It doesn't rely on the server's clock. */
export async function timed<T extends { expiresIn: number }>(ask: () => Promise<T>): Promise<Timed<T>> {
  const asked = Date.now();
  const answer = await ask();
  // The last twentieth is for the way to S3, which refuses what arrives too late.
  return { ...answer, until: asked + answer.expiresIn * 950 };
}

/** Whether it is there, and may still be sent. */
export function isValid<T extends { until?: number }>(signed: T | undefined): signed is T {
  return Date.now() < (signed?.until ?? 0);
}
