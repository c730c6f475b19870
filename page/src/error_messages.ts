import { ApiError, FileError, NetworkError, S3Error } from "signpost-client";
import { CognitoUnreachable } from "./sign_in/cognito_unreachable.ts";
import { Failure, toFailure } from "./failure.ts";
import { size } from "./format.ts";
import { allowedOrigins, forbiddenByPolicy, originNotAllowed } from "./network_failure.ts";

type Meaning = [title: string, advice: string];

/** What each of the API's codes means to the person, and what helps. */
const ofApi: Record<string, Meaning> = {
  InvalidRequest: ["The API can't take this file", "Change what it names, and add the file again."],
  InvalidJSON: ["The API didn't understand this page", "Reload the page, then try again."],
  InvalidKey: ["The API doesn't know this file's place", "Try again: it gets a new one."],
  InvalidPart: ["The API can't sign this part", "Try again: it begins anew."],
  SizeTooLarge: ["This file is too large", "Choose a smaller one."],
  BodyTooLarge: ["This file's name is too long", "Shorten it, and add the file again."],
  TypeNotAllowed: ["This type of file isn't taken here", "Choose a file of an allowed type."],
  Unauthorized: ["You are no longer signed in", "Sign in again, then try again."],
  Forbidden: ["You may not do this", "Sign in as somebody who may."],
  NotFound: ["The API doesn't know this route", "Check that the page and the API are of the same version."],
  TooManyRequests: ["Too many requests at once", "Wait a moment, then try again."],
};

/** Codes of the API that the same file would meet again. */
const final = new Set(["InvalidRequest", "SizeTooLarge", "BodyTooLarge", "TypeNotAllowed"]);

/** What S3's codes mean to the person, and what helps. */
const ofS3: Record<string, Meaning> = {
  AccessDenied: ["S3 denied access", "Try again. If it stays, the role or the bucket's policy forbids this upload."],
  SignatureDoesNotMatch: ["S3 got something other than what was signed", "Try again: the API signs a new URL."],
  BadDigest: ["The bytes that arrived are not the file's", "It may have changed: try again, or choose it once more."],
  PreconditionFailed: ["There is an object with this key already", "Try again: it gets a key of its own."],
  NoSuchUpload: ["S3 no longer knows this upload", "Try again: it begins anew."],
  EntityTooLarge: ["S3 finds this file too large", "Choose a smaller one."],
  IncompleteBody: ["Only a part of the file arrived", "Try again."],
  SlowDown: ["S3 asks for patience", "Wait a moment, then try again."],
};

/** What ended an upload, in words. The API's URL tells who did not answer. */
export function explainUpload(error: unknown, apiUrl: string): Failure {
  if (error instanceof ApiError) return explainApi(error);
  if (error instanceof S3Error) return explainS3(error);
  if (error instanceof NetworkError) return explainNetwork(error, apiUrl);
  if (error instanceof FileError) {
    return new Failure("This file can't be read any more", {
      details: ["It was changed, moved or deleted after it was chosen."],
      advice: "Choose it once more.",
      code: error.code,
      final: true,
      cause: error,
    });
  }
  return toFailure(error);
}

function explainApi(error: ApiError): Failure {
  const { code, requestId, status, problems } = error;
  const [title, advice] = ofApi[code] ?? ["The API has a problem", "Try again in a moment."];
  return new Failure(title, {
    details: problems.length > 0 ? problems.map((problem) => problem.message) : [wordsOf(error)],
    advice,
    code,
    requestId,
    signIn: status === 401,
    final: final.has(code),
    cause: error,
  });
}

/** What the API says, in the page's own units where it gives the facts beside its words. */
function wordsOf({ code, limit, message }: ApiError): string {
  return code === "SizeTooLarge" && limit ? `Files may have ${size(limit)} at most.` : message;
}

function explainS3(error: S3Error): Failure {
  const { code, requestId, said = "" } = error;
  const [title, advice] =
    code === "AccessDenied" && /expired/i.test(said)
      ? ["The signed URL has run out", "Try again: the API signs a new one."]
      : (ofS3[code] ?? ["S3 refused the file", "Try again."]);
  return new Failure(title, { details: said ? [`S3 says: ${said}`] : [], advice, code, requestId, cause: error });
}

/** No answer, after all tries. */
function explainNetwork(error: NetworkError, apiUrl: string): Failure {
  const { code, url = "" } = error;
  const who = url.startsWith(apiUrl) ? "The API" : error instanceof CognitoUnreachable ? "Cognito" : "S3";
  const server = URL.canParse(url) ? new URL(url).origin : who;
  if (code === "CORS") return originNotAllowed(who, allowedOrigins, error);
  if (code === "CSP") return forbiddenByPolicy(who, server, error);
  if (code === "Timeout") {
    const details = [`${server} gave no answer in time.`];
    return new Failure(`${who} takes too long`, { details, advice: "Try again.", code, cause: error });
  }
  return new Failure(`${who} can't be reached`, {
    details: [`${server} didn't answer, however often it was tried.`],
    advice: "Check your connection, and that nothing blocks this address, then try again.",
    code,
    cause: error,
  });
}
