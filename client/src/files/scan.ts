import { SignpostError } from "../errors.ts";
import { untilOnline } from "../connectivity.ts";
import type { Reading } from "../s3/outcome.ts";
import { textOf } from "../s3/xml.ts";
import { share } from "../shared_request.ts";
import type { Timed } from "../s3/timed.ts";
import type { CallOptions } from "../signpost.ts";
import type { SignedRequest, SignedScan } from "../types.ts";
import type { Upload } from "../upload.ts";
import { send, sign, type Tools } from "./signed.ts";

/**
 * What a malware scan has found:
 *
 * - `NO_THREATS_FOUND`: the file can be downloaded.
 * - `THREATS_FOUND`: the file holds malware, and can't be downloaded.
 * - `UNSUPPORTED`: the file can't be scanned, such as an archive with a password.
 * - `ACCESS_DENIED`, `FAILED`: the scan went wrong; the operator has to look.
 */
export type ScanVerdict = "NO_THREATS_FOUND" | "THREATS_FOUND" | "UNSUPPORTED" | "ACCESS_DENIED" | "FAILED";

/** The verdict, or that there is none yet. */
export type ScanStatus = "pending" | ScanVerdict;

/** The options of `files.scanned()`. */
export interface ScannedOptions extends CallOptions {
  /**
   * How long a verdict is awaited, in ms, from when the file is stored.
   *
   * @default 600_000
   */
  timeout?: number | undefined;
}

export function scanStatus(tools: Tools, key: string, { signal = AbortSignal.any([]) }: CallOptions): Promise<ScanStatus> {
  return newScan(tools, key, signal)();
}

export async function untilScanned(tools: Tools, file: string | Upload, options: ScannedOptions): Promise<ScanVerdict> {
  const { signal = AbortSignal.any([]), timeout = 600_000 } = options;
  if (!(timeout >= 0)) throw new TypeError("wrong options of files.scanned(): timeout must be a number of ms");
  const key = typeof file === "string" ? file : (await share(() => file.done).join({ signal })).key;
  const status = newScan(tools, key, signal);
  const { minDelay, maxDelay } = tools.retry;
  const end = performance.now() + timeout;
  for (let delay = minDelay; ; delay = Math.min(maxDelay, delay * 2)) {
    const found = await status();
    if (found !== "pending") return found;
    const left = end - performance.now();
    if (left <= 0) throw new SignpostError(`no verdict on the file within ${timeout} ms`, { code: "ScanTimeout" });
    await untilOnline(Math.min(delay, left), signal);
  }
}

/** Asks S3 for a file's scan, with one signature as long as that is valid. */
function newScan(tools: Tools, key: string, signal: AbortSignal): () => Promise<ScanStatus> {
  let signed: Timed<SignedRequest> | undefined;
  return async () => {
    const again = async () => (signed = await sign<SignedScan>(tools, "scans", { key }, signal));
    return (await send(tools, { signal, signed, sign: again, read: readScan })) as ScanStatus;
  };
}

/** GetObjectTagging: the tag of GuardDuty, which it adds after the scan. */
const readScan: Reading = ({ xml }) => {
  if (!/<Tagging\b/.test(xml)) return undefined;
  const tag = xml.split("<Tag>").find((tag) => textOf(tag, "Key") === "GuardDutyMalwareScanStatus");
  return (tag && textOf(tag, "Value")) || "pending";
};
