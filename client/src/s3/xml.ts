// S3's answers are small and flat, and workers have no DOM. So there is no XML parser here.

/**
 * The text of the first element of that name. Of XML's escapes, codes, ids and ETags only have the
 * quotation mark.
 */
export function textOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(quot|#34);/g, '"');
}
