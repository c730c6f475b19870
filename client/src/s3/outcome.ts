// Whether S3 has stored what was sent, judged by its answer. This file alone decides it, for every
// request:
//
//   2xx with what S3 must confirm       done. A stored file, part or joined object has an ETag, a created upload an
//                                       UploadId. Without it, something between here and S3 has answered: no answer
//   412 PreconditionFailed              the object exists already. Only PutObject and CompleteMultipartUpload are signed
//                                       with If-None-Match, for a key that was made for this file (80 random bits) and
//                                       given to this caller alone. So an earlier try stored it, and its answer was
//                                       lost. It may have been the browser's own try: browsers repeat a request when a
//                                       kept-alive connection breaks
//   404 NoSuchUpload                    the multipart upload is gone. It never counts as stored: S3 answers a repeated
//                                       CompleteMultipartUpload as it did the first (public tests against S3:
//                                       adobe/S3Mock#2586). The upload starts over, once
//   400 InvalidPart and similar         S3 lacks parts that were listed, or has others: the upload starts over, once. So
//                                       it does if the API splits the file otherwise than when the upload began
//   expired, too late, other bytes      nothing was stored: signed again, once
//   no answer, 408, 409, 429, 5xx,      nothing is known: the same request is sent again. Each may be repeated: a part
//   200 with an <Error>                 replaces itself, a second create is one more upload that stays empty, and the
//                                       two that make an object are as above
//   anything else                       S3 refuses: the upload fails
import type { S3Error } from "../errors.ts";
import type { SignedRequest } from "../types.ts";
import type { Answer } from "./answer.ts";

/** Reads what S3 must confirm with; nothing if the answer is not S3's. */
export type Reading = (answer: Answer) => string | null | undefined;

/** PutObject, UploadPart: the ETag. */
export const readStored: Reading = ({ etag }) => etag;

/** Whether an earlier try made the object. */
export function isStoredAlready(error: S3Error, { headers }: SignedRequest): boolean {
  return error.code === "PreconditionFailed" && "If-None-Match" in headers;
}

/**
 * Whether a new signature may help: the last one had expired, or the bytes were not those that were
 * signed.
 */
export function wantsNewUrl({ code, isExpired }: S3Error): boolean {
  return isExpired || /RequestTimeTooSkewed|BadDigest/.test(code);
}
