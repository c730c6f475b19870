const MiB = 2 ** 20;

/**
 * How many bytes each part of a file has, the last one apart. The API decides this from the size alone, and signs each
 * part's length: 16 MiB, or, for a file of more than 156.25 GiB, the fewest whole MiB that make at most 10,000 parts.
 *
 * @param size of the file, in bytes
 */
export function partSize(size: number): number {
  return Math.max(16, Math.ceil(size / (10_000 * MiB))) * MiB;
}
