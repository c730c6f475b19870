// The words of the API for a file that it would refuse. They are loaded when they are needed. This
// module imports no other, so that the code which is loaded at the start stays in one piece.
import type { ErrorResponse, KindLimits, Problem } from "./types.ts";

/**
 * What the API answers to a file that is larger than its kind allows, or lacks metadata.
 *
 * @param missing the names of the metadata that it lacks
 */
export function localRefusal(size: number, missing: string[], limits: KindLimits): Partial<ErrorResponse["error"]> {
  const { kind, maxSize, requiredMetadata } = limits;
  const problems: Problem[] = [];
  if (size > maxSize) {
    const limit = kind ? `the limit of ${maxSize} bytes for ${kind}` : `this deployment's limit of ${maxSize} bytes`;
    problems.push({ code: "SizeTooLarge", message: `size ${size} is over ${limit}`, field: "size", limit: maxSize });
  }
  if (missing[0]) {
    const message = `metadata lacks ${missing.join(", ")}; every file of the kind "${kind}" must have ${requiredMetadata.join(", ")}`;
    problems.push({ code: "InvalidRequest", message, field: "metadata" });
  }
  return { ...problems[0], ...(problems[1] && { problems }) };
}
