import type { ScanStatus } from "signpost-client/files";

const texts: Record<ScanStatus, string> = {
  pending: "Waiting for the malware scan",
  NO_THREATS_FOUND: "No threats found",
  THREATS_FOUND: "Threat found. This file can't be opened",
  UNSUPPORTED: "It can't be scanned, so it can't be opened",
  ACCESS_DENIED: "The malware scan failed. Ask your administrator",
  FAILED: "The malware scan failed. Ask your administrator",
};

/** What the malware scan has found, in words; before S3 has been asked, that it will be. */
export function scanText(status: ScanStatus | undefined): string {
  return status ? texts[status] : "Looking for the malware scan…";
}
