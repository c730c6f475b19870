import { refusal } from "./refusal.ts";
import type { KindLimits, UploadRequest } from "./types.ts";

/**
 * Throws the API's own refusal of a file that is larger than its kind allows, or lacks metadata that
 * its kind requires. Whether the type is accepted is left to the API, which knows other names of
 * types, and extensions.
 */
export function check({ size, metadata }: UploadRequest, { kind, maxSize, requiredMetadata }: KindLimits): void {
  if (size > maxSize) {
    const limit = kind ? `the limit of ${maxSize} bytes for ${kind}` : `this deployment's limit of ${maxSize} bytes`;
    throw refusal({ code: "SizeTooLarge", message: `size ${size} is over ${limit}`, field: "size", limit: maxSize });
  }
  const given = Object.keys(metadata ?? {}).map((name) => name.toLowerCase());
  const missing = requiredMetadata.filter((name) => !given.includes(name));
  if (missing[0]) {
    const message = `metadata lacks ${missing.join(", ")}; every file of the kind "${kind}" must have ${requiredMetadata.join(", ")}`;
    throw refusal({ code: "InvalidRequest", message, field: "metadata" });
  }
}
