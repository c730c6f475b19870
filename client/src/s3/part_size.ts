const MiB = 2 ** 20;

/**
 * The size of a file's parts, in bytes; the last part may be smaller. The API derives it from the
 * file's size alone, and signs each part's length: the fewest parts that are a multiple of six and
 * have at most 16 MiB each, since a browser opens six connections to S3. It is rounded up to whole
 * 64 KiB, and to S3's limits: at least 5 MiB, and at most 10,000 parts.
 *
 * @param size of the file, in bytes
 */
export function partSize(size: number): number {
  const unit = 64 * 1024;
  const count = Math.min(6 * Math.ceil(size / (96 * MiB)), 10_000) || 1;
  return Math.max(5 * MiB, Math.ceil(size / count / unit) * unit);
}
