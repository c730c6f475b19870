const MiB = 2 ** 20;

/**
 * The size of a file's parts, in bytes; the last part may be smaller. The API derives it from the
 * file's size alone, and signs each part's length: 16 MiB, or, for a file of more than 156.25 GiB,
 * the fewest whole MiB with which the file has at most 10,000 parts.
 *
 * @param size of the file, in bytes
 */
export function partSize(size: number): number {
  return Math.max(16, Math.ceil(size / (10_000 * MiB))) * MiB;
}
