// Every error that the page shows: a title, and advice on what to do next. Errors arrive as codes
// and fields; no function here looks for words in another program's message.
import { ApiError, FileError, NetworkError, S3Error } from "signpost-client";
import { Failure } from "./failure.ts";
import { size } from "./format.ts";
import { isLoopback, type Reachability } from "./reachability.ts";
import { SignInUnreachable } from "./sign_in_unreachable.ts";

type Message = [title: string, advice: string];

/** The services that the page calls, as its messages name them. */
type Service = "The API" | "S3" | "Cognito" | "The issuer";

const apiMessages: Record<string, Message> = {
  InvalidRequest: ["The API rejected this file", "Fix this, then add the file again."],
  InvalidJSON: ["The API couldn't read this page's request", "Reload the page, then try again."],
  InvalidKey: ["The API rejected this file's key", "Try again. The file gets a new key."],
  InvalidPart: ["The API can't sign this part", "Try again. The upload starts over."],
  SizeTooLarge: ["This file is too large", "Choose a smaller file."],
  BodyTooLarge: ["This file's name is too long", "Shorten the name, then add the file again."],
  TypeNotAllowed: ["This type of file isn't allowed", "Choose a file of another type."],
  Unauthorized: ["You are no longer signed in", "Sign in again, then try again."],
  Forbidden: ["You don't have permission to do this", "Sign in as a user who does."],
  NotFound: ["The API doesn't have this route", "Check that the page and the API are from the same version."],
  TooManyRequests: ["Too many requests", "Wait a moment, then try again."],
};

/** API errors that the same file would cause again. */
const finalApiErrors = new Set(["InvalidRequest", "SizeTooLarge", "BodyTooLarge", "TypeNotAllowed"]);

const s3Messages: Record<string, Message> = {
  AccessDenied: ["S3 denied access", "Try again. If it happens again, the role or the bucket policy forbids this upload."],
  SignatureDoesNotMatch: ["The upload doesn't match its signature", "Try again. The API signs a new URL."],
  BadDigest: ["The upload doesn't match its checksum", "The file may have changed. Try again, or choose it again."],
  PreconditionFailed: ["An object with this key already exists", "Try again. The file gets a new key."],
  NoSuchUpload: ["S3 no longer has the parts of this upload", "Try again. The upload starts over."],
  EntityTooLarge: ["This file is too large for S3", "Choose a smaller file."],
  IncompleteBody: ["Only part of the file arrived", "Try again."],
  SlowDown: ["S3 is too busy", "Wait a moment, then try again."],
};

const urlExpired: Message = ["The signed URL has expired", "Try again. The API signs a new URL."];

/**
 * An error that ended an upload or a download. `apiUrl` tells a request to the API from one to S3.
 */
export function uploadFailure(error: unknown, apiUrl: string): Failure {
  if (error instanceof ApiError) return apiFailure(error);
  if (error instanceof S3Error) return s3Failure(error);
  if (error instanceof NetworkError) return networkFailure(error, apiUrl);
  if (error instanceof FileError) {
    return new Failure("This file can no longer be read", {
      details: ["It was changed, moved or deleted after you chose it."],
      advice: "Choose it again.",
      code: error.code,
      final: true,
      cause: error,
    });
  }
  return toFailure(error);
}

/** The list of stored files could not be read. */
export function listingFailure(error: unknown, apiUrl: string): Failure {
  return storedFilesFailure(error, apiUrl, "S3 didn't list your files", "Try again.");
}

/** A stored file could not be deleted. */
export function removalFailure(error: unknown, apiUrl: string): Failure {
  const isDenied = error instanceof S3Error && error.code === "AccessDenied";
  const advice = isDenied ? "Ask your administrator: the role or the bucket policy may forbid it." : "Try again.";
  return storedFilesFailure(error, apiUrl, isDenied ? "S3 denied the deletion" : "S3 didn't delete this file", advice);
}

/** The messages for uploads that are about the service, rather than about the file, fit here too. */
function storedFilesFailure(error: unknown, apiUrl: string, title: string, advice: string): Failure {
  if (error instanceof S3Error && !error.isExpired) {
    const { code, requestId, s3Message } = error;
    return new Failure(title, { details: s3Message ? [`S3 says: ${s3Message}`] : [], advice, code, requestId, cause: error });
  }
  if (error instanceof ApiError && !["Unauthorized", "Forbidden", "NotFound", "TooManyRequests"].includes(error.code)) {
    const { code, requestId, message, problems } = error;
    const details = problems.length > 0 ? problems.map((problem) => problem.message) : [message];
    return new Failure("The API didn't sign this", { details, advice: "Try again.", code, requestId, cause: error });
  }
  return uploadFailure(error, apiUrl);
}

function apiFailure(error: ApiError): Failure {
  const { code, limit, message, requestId, status, problems } = error;
  const [title, advice] = apiMessages[code] ?? ["The API failed", "Try again in a moment."];
  const isTooLarge = code === "SizeTooLarge" && limit;
  const detail = isTooLarge ? `The largest file allowed is ${size(limit)}.` : message;
  return new Failure(title, {
    details: problems.length > 0 ? problems.map((problem) => problem.message) : [detail],
    advice,
    code,
    requestId,
    signIn: status === 401,
    final: finalApiErrors.has(code),
    cause: error,
  });
}

function s3Failure(error: S3Error): Failure {
  const { code, requestId, isExpired, s3Message } = error;
  const [title, advice] = isExpired ? urlExpired : (s3Messages[code] ?? ["S3 rejected the file", "Try again."]);
  const details = s3Message ? [`S3 says: ${s3Message}`] : [];
  return new Failure(title, { details, advice, code, requestId, cause: error });
}

/** The client's requests got no response, after all retries. */
function networkFailure(error: NetworkError, apiUrl: string): Failure {
  const { code, url = "" } = error;
  const service = url.startsWith(apiUrl) ? "The API" : error instanceof SignInUnreachable ? error.service : "S3";
  const server = URL.canParse(url) ? new URL(url).origin : service;
  if (code === "CORS") return originNotAllowed(service, url, error);
  if (code === "CSP") return blockedByPolicy(service, server, error);
  if (code === "NotFound") {
    const [title, advice] = apiMessages.NotFound!;
    return new Failure(title, { details: [`${server} doesn't answer ${new URL(url).pathname}.`], advice, code, cause: error });
  }
  if (code === "Timeout") {
    const details = [`${server} didn't respond in time.`];
    return new Failure(`${service} took too long to respond`, { details, advice: "Try again.", code, cause: error });
  }
  return unreachable(service, url, `${server} didn't respond to any attempt.`, error);
}

/** One request got no response; findReachability() has found out why. */
export function noResponse(service: Service, url: string, reachability: Reachability, cause: unknown): Failure {
  switch (reachability) {
    case "offline":
      return new Failure("You are offline", { advice: "Try again when you are back online.", code: "Offline", cause });
    case "up":
      return originNotAllowed(service, url, cause);
    case "down":
      return unreachable(service, url, `${new URL(url).origin} didn't respond.`, cause);
  }
}

function unreachable(service: Service, url: string, detail: string, cause: unknown): Failure {
  const isLocal = URL.canParse(url) && isLoopback(url);
  const advice = isLocal
    ? "Check that the local run is still running, then try again."
    : "Check your connection and that nothing blocks this address, then try again.";
  return new Failure(`${service} can't be reached`, { details: [detail], advice, code: "NetworkError", cause });
}

/** The server is up, but its CORS settings don't include this page's origin. */
function originNotAllowed(service: Service, url: string, cause: unknown): Failure {
  const { origin } = self; // "null" in a sandboxed frame, where location.origin is another
  if (service === "Cognito" && !isLoopback(url)) {
    // AWS's Cognito allows every origin. Only that of a local run goes by AllowedOrigins.
    return new Failure("The browser blocked Cognito's response", {
      details: [`${new URL(url).origin} is up, but this page couldn't read its response.`],
      advice: "Check that no browser extension or proxy changes Cognito's responses, then try again.",
      code: "CORS",
      cause,
    });
  }
  const advice = service === "The issuer" ? `Add ${origin} to the origins of this page's client at the issuer, then reload this page.` : `Add ${origin} to this stage's AllowedOrigins in infra/stages.go, deploy or restart the local run, then reload this page.`;
  return new Failure(`${service} doesn't allow this page`, {
    details: [`${service} responds, but it doesn't allow pages from ${origin} (CORS).`],
    advice,
    code: "CORS",
    cause,
  });
}

/** The page's own Content-Security-Policy forbids the request. */
function blockedByPolicy(service: Service, server: string, cause: unknown): Failure {
  return new Failure(`This page isn't allowed to call ${service === "The API" ? "the API" : service}`, {
    details: [`The page's Content-Security-Policy doesn't list ${server}.`],
    advice: `Add ${server} to connect-src in that policy, then reload this page.`,
    code: "CSP",
    cause,
  });
}

/**
 * What Cognito was asked: to accept a password, or the response to a challenge that followed it.
 */
export type SignInStep = "password" | "challenge";

/** Cognito's refusal. The same code means different things at different steps. */
export function signInFailure(cause: unknown, step: SignInStep, isLocal: boolean): Failure {
  if (cause instanceof Failure) return cause;
  const { name: code, message } = cause instanceof Error ? cause : new Error(String(cause));
  const failure = (title: string, advice: string, details: string[] = []) =>
    new Failure(title, { details, advice, code, cause });
  switch (code) {
    case "NotAuthorizedException":
    case "UserNotFoundException":
    case "InvalidPasswordException":
      // AWS reports a wrong password, a disabled user and an expired password by one code; its
      // message says which.
      if (step === "password") return failure("Sign-in failed", passwordAdvice(isLocal), [`Cognito says: ${message}`]);
      if (code !== "InvalidPasswordException") return failure("Signing in took too long", "Start again with your password.");
      return failure("That password is too weak", "Choose another one that meets the rules.", [message]);
    case "CodeMismatchException":
    case "EnableSoftwareTokenMFAException":
      return failure("That code isn't right", "Enter the code that your app shows now, and check your device's clock.");
    case "ExpiredCodeException":
      return failure("That code was already used", "Wait for your app to show the next one.");
    case "TooManyRequestsException":
    case "LimitExceededException":
    case "TooManyFailedAttemptsException":
      return failure("Too many attempts", "Wait a minute, then try again.");
  }
  return failure("Cognito rejected the request", "Try again.", [message]);
}

function passwordAdvice(isLocal: boolean): string {
  return isLocal
    ? "Try again. If the local run was started with new data, reload this page."
    : "Try again, or ask your administrator.";
}

export function sessionEnded(cause?: unknown): Failure {
  return new Failure("Your session has ended", { advice: "Sign in again.", code: "SessionEnded", signIn: true, cause });
}

/** The issuer sent the user back with an error ("OpenID Connect Core 1.0", 3.1.2.6). */
export function issuerRefusal(code: string, description: string): Failure {
  const details = [`The issuer says: ${description || code}`];
  if (code === "access_denied") return new Failure("Sign-in was cancelled or denied", { details, advice: "Try again.", code });
  const advice = "Try again, or ask your administrator.";
  return new Failure("The issuer didn't sign you in", { details, advice, code });
}

/** The issuer sent the user back to a tab that didn't ask for it, or did so twice. */
export function otherSignIn(): Failure {
  return new Failure("This sign-in can't be finished here", {
    details: ["It was begun in another tab, or is finished already."],
    advice: "Sign in again in this tab.",
    code: "OtherSignIn",
  });
}

/** The issuer's response is not one that OpenID Connect allows. */
export function unusableAnswer(cause: unknown): Failure {
  const details = [cause instanceof Error ? cause.message : String(cause)];
  return new Failure("The issuer's answer can't be used", { details, advice: "Try again, or ask your administrator.", code: "IssuerAnswer" });
}

/** The issuer couldn't be asked to end the session there. */
export function signedOutHereOnly(): Failure {
  return new Failure("You are signed out of this page only", {
    details: ["The issuer can't be reached, so you may still be signed in there."],
    advice: "On a shared device, close the browser.",
    code: "SignedOutHereOnly",
  });
}

/** Between this page and the issuer, the browser has to remember the sign-in. */
export function storageBlocked(): Failure {
  const advice = "Allow this page to store data, then reload it.";
  return new Failure("Your browser blocks this page's storage", { details: ["Signing in needs it."], advice, code: "StorageBlocked" });
}

/** Cognito asks for something that none of this project's stages turns on. */
export function unsupportedStep(step: string): Failure {
  if (step === "RESET_PASSWORD") {
    const advice = "Ask your administrator for a new one.";
    return new Failure("Your password was reset", { advice, code: "PasswordResetRequiredException" });
  }
  return new Failure("This account needs another step to sign in", {
    details: [`Cognito asks for ${step}, which this page doesn't support.`],
    advice: "Sign in as another user.",
    code: step,
  });
}

/** The deployment has no kind of upload for this user. */
export function noKinds(): Failure {
  return new Failure("You can't upload files here", {
    details: ["This deployment accepts files only from certain groups of users, and you are in none of them."],
    advice: "Ask your administrator.",
    code: "NoKinds",
  });
}

/** The chosen kind requires metadata that the user hasn't entered. */
export function metadataMissing(names: string[]): Failure {
  const title = `Enter the ${new Intl.ListFormat("en-GB").format(names)} first, then add the files`;
  return new Failure(title, { code: "MetadataMissing" });
}

/** The API signs no URL that opens a file of this type, because a browser might run it. */
export function cannotOpen(cause: ApiError): Failure {
  const title = "This type of file can't be opened in the browser";
  return new Failure(title, { advice: "Download it instead.", code: cause.code, cause });
}

export function newTabBlocked(): Failure {
  const advice = "Allow pop-ups for this page, then try again.";
  return new Failure("Your browser blocked the new tab", { advice, code: "Blocked" });
}

/** S3's refusal to return a stored file. */
export function readFailure(code: string, message: string, requestId: string): Failure {
  const details = message ? [`S3 says: ${message}`] : [];
  if (code === "AccessDenied") {
    // S3 doesn't say whether the file is missing, because the role may not list the bucket.
    details.unshift("It may have been deleted, or a malware scan hasn't finished or has found a threat.");
    const advice = "If the file is new, try again in a minute.";
    return new Failure("S3 denied access to this file", { details, advice, code, requestId });
  }
  return new Failure("S3 didn't return this file", { details, advice: "Try again.", code, requestId });
}

export function configUnavailable(cause: unknown): Failure {
  return new Failure("This page's server didn't respond", {
    advice: "If this is a local run, start it again in a terminal, then reload this page.",
    code: "NoConfig",
    cause,
  });
}

export function configInvalid(): Failure {
  return new Failure("This page has no configuration", {
    details: ["config.json is missing, or it doesn't hold a stack's outputs."],
    advice: "Build the page with --outputs FILE, where FILE is what cdk deploy --outputs-file wrote.",
    code: "NoConfig",
  });
}

/** Any other error is a bug in the page: it is shown rather than hidden. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure("Something went wrong on this page", {
    details: [String(error)],
    advice: "Try again. If it happens again, the browser's console has the details.",
    code: "PageError",
    cause: error,
  });
}
