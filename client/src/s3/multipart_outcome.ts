// The rule of outcome.ts, for the requests that only a multipart upload has.
import type { Core } from "../core.ts";
import type { Reading } from "./outcome.ts";

/** CreateMultipartUpload: the upload's id. */
export const readCreated = ({ textOf }: Core): Reading => ({ xml }) => textOf(xml, "UploadId");

/** CompleteMultipartUpload: the ETag. */
export const readCompleted = ({ textOf }: Core): Reading => ({ xml }) => textOf(xml, "ETag");

/** ListParts: the list. */
export const readList: Reading = ({ xml }) => /<ListPartsResult[^]*/.exec(xml)?.[0];

/** AbortMultipartUpload: any 2xx is enough. */
export const readAborted: Reading = () => "aborted";

/**
 * Whether this multipart upload can't be completed, and a new one can. The API has the code
 * InvalidPart too, and BadAnswer is an answer that doesn't fit the upload: it may split the file
 * otherwise than when the upload began.
 */
export function isGone({ SignpostError }: Core, error: unknown): boolean {
  return error instanceof SignpostError && /^(NoSuchUpload|InvalidPart|EntityTooSmall|BadAnswer)/.test(error.code);
}
