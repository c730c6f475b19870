import { Failure } from "./failure.ts";
import type { Asked } from "./sign_in/auth.ts";

/** Whether Cognito gave no answer at all. */
export function isNetworkError(error: unknown): boolean {
  return error instanceof Error && error.name === "NetworkError";
}

/** Only a new sign-in helps. */
export function sessionEnded(cause?: unknown): Failure {
  return new Failure("Your session has ended", { advice: "Sign in again.", code: "SessionEnded", signIn: true, cause });
}

/** Cognito asks for something that no stage of this project turns on. */
export function unknownStep(step: string): Failure {
  if (step === "RESET_PASSWORD") {
    return new Failure("Your password was reset", {
      advice: "Ask whoever runs this deployment for a new one.",
      code: "PasswordResetRequiredException",
    });
  }
  return new Failure("This account needs one more step to sign in", {
    details: [`Cognito asks for ${step}, which this page doesn't do.`],
    advice: "Sign in as another user.",
    code: step,
  });
}

/** What Cognito's refusal means to the person. Its codes mean different things at different steps. */
export function explainSignIn(cause: unknown, asked: Asked): Failure {
  if (cause instanceof Failure) return cause;
  const { name: code, message } = cause instanceof Error ? cause : new Error(String(cause));
  const failure: MakeFailure = (title, advice, details = []) => new Failure(title, { details, advice, code, cause });
  switch (code) {
    case "NotAuthorizedException":
    case "UserNotFoundException":
      if (asked === "password") return wrongPassword(message, failure);
      return failure("That took too long", "Start again with your password.");
    case "InvalidPasswordException":
      // cognito-local says so of a wrong password.
      if (asked === "password") return wrongPassword(message, failure);
      return failure("That password is too weak", "Choose a longer one, with all four kinds of characters.", [message]);
    case "CodeMismatchException":
    case "EnableSoftwareTokenMFAException":
      return failure("That code isn't right", "Enter the one that your app shows now. Check your device's clock.");
    case "ExpiredCodeException":
      return failure("That code has been used", "Wait for your app's next one.");
    case "TooManyRequestsException":
    case "LimitExceededException":
    case "TooManyFailedAttemptsException":
      return failure("Too many attempts", "Wait a minute, then try again.");
  }
  return failure("Cognito refused", "Try again.", [message]);
}

type MakeFailure = (title: string, advice: string, details?: string[]) => Failure;

function wrongPassword(message: string, failure: MakeFailure): Failure {
  // A disabled user, a temporary password that has run out, too many attempts: Cognito's words say it best.
  if (/disabled|expired|exceeded/i.test(message)) {
    return failure("Cognito doesn't let you in", "Ask whoever runs this deployment.", [message]);
  }
  return failure("That name and password don't match", "Check them. If a local run was begun anew, reload this page.");
}
