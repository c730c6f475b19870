import { onDemand } from "./on_demand.ts";
import { refusal } from "./refusal.ts";
import type { KindLimits, UploadRequest } from "./types.ts";

/**
 * Throws the API's own refusal of a file that is larger than its kind allows, or lacks metadata that
 * its kind requires. If the words for it can't be loaded, refusing the file is left to the API. So is
 * whether the type is accepted: the API knows other names of types, and extensions.
 */
export async function check({ size, metadata }: UploadRequest, limits: KindLimits, signal: AbortSignal): Promise<void> {
  const given = Object.keys(metadata ?? {}).map((name) => name.toLowerCase());
  const missing = limits.requiredMetadata.filter((name) => !given.includes(name));
  if (size <= limits.maxSize && !missing[0]) return;
  const error = await onDemand(signal, async () => (await import("./local_refusal.ts")).localRefusal(size, missing, limits));
  if (error) throw refusal(error);
}
