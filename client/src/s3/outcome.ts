// What S3's answer to a request says about what S3 has. This file alone decides it, for every request:
//
//   2xx, and in it what S3 must say     done. An ETag of a stored file, part or joined file, an UploadId of an upload that
//                                       has begun: without it, something on the way has answered, which is no answer
//   412 PreconditionFailed              the object exists already. Only PutObject and CompleteMultipartUpload are signed
//                                       with If-None-Match, for a key made for this file alone (80 random bits) and given
//                                       to this caller alone: so an earlier try has stored it, and its answer was lost. It
//                                       may have been the browser's own try: browsers repeat a request, unasked, when a
//                                       kept connection breaks
//   404 NoSuchUpload                    the upload in parts is gone. It is never taken for "stored": S3 answers a
//                                       repeated CompleteMultipartUpload as it did the first (public tests against S3:
//                                       adobe/S3Mock#2586). The upload is begun anew, once
//   400 InvalidPart and its like        S3 lacks parts that were told, or has others: begun anew, once
//   expired, too late, other bytes      nothing was done: signed again, once
//   no answer, 408, 409, 429, 5xx,      says nothing: the same request is sent again. Each may be: a repeated PUT of a
//   200 with an <Error>                 part replaces it, a second create is one more upload that stays empty, and the
//                                       two that make an object are as above
//   anything else                       S3 refuses: the upload fails
import { S3Error } from "./refusal.ts";
import type { Answer } from "./send.ts";
import type { SignedRequest } from "../types.ts";
import { textOf } from "./xml.ts";

/** Reads what S3's yes must hold; nothing where the answer is not S3's. */
export type Reading = (answer: Answer) => string | null | undefined;

/** PutObject, UploadPart: the ETag. */
export const stored: Reading = (answer) => answer.getResponseHeader("ETag");

/** CreateMultipartUpload: the upload's id. */
export const begun: Reading = ({ responseText }) => textOf(responseText, "UploadId");

/** CompleteMultipartUpload: the ETag. */
export const joined: Reading = ({ responseText }) => textOf(responseText, "ETag");

/** ListParts: the list. */
export const listed: Reading = ({ responseText }) => /<ListPartsResult[^]*/.exec(responseText)?.[0];

/** AbortMultipartUpload: nothing. */
export const ended: Reading = () => "ended";

/** Whether S3 says that an earlier try has made the object. */
export function isStoredAlready(error: S3Error, { headers }: SignedRequest): boolean {
  return error.code === "PreconditionFailed" && "If-None-Match" in headers;
}

/** Whether the URL, or the credentials behind it, ran out, or the bytes are not those that were signed. */
export function wantsNewUrl({ code, said = "" }: S3Error): boolean {
  return /Expired|RequestTimeTooSkewed|BadDigest/.test(code) || (code === "AccessDenied" && /expired/i.test(said));
}

/** Whether the upload in parts can't be finished, and another can. */
export function isGone(error: unknown): boolean {
  return error instanceof S3Error && /^(NoSuchUpload|InvalidPart|EntityTooSmall)/.test(error.code);
}
