import { SignpostError } from "./errors.ts";

/** The file can't be read any more: it was changed, moved or deleted after it was chosen. Its code is `NotReadable`. */
export class FileError extends SignpostError {
  override readonly name = "FileError";

  constructor(cause?: unknown) {
    super("the file can't be read: it was changed, moved or deleted", { code: "NotReadable", cause });
  }
}
