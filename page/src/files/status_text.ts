import { duration, percent, size, timeLeft } from "../format.ts";
import type { Transfer } from "./transfer.ts";

/** The state of a file, in words. */
export function statusText(transfer: Transfer): string {
  const { state, failure, progress, hasBegun } = transfer;
  switch (state) {
    case "waiting":
      return hasBegun ? "Waiting to continue" : "Queued";
    case "planning":
      return "Getting a signed URL";
    case "uploading":
      return transfer.resumed ? "Uploading the rest" : "Uploading";
    case "paused":
      return "Paused";
    case "offline":
      return "Offline. The upload will continue when you are back online";
    case "finishing":
      return progress.partsTotal > 1 ? "Sent. S3 is joining the parts" : "Sent. Waiting for S3 to confirm";
    case "stored":
      return `Stored in ${duration(transfer.took.to - transfer.took.from)}${transfer.resumed ? ", resumed" : ""}`;
    case "aborted":
      return mayBeStored(transfer) ? "Cancelled, but S3 may have stored it" : "Cancelled";
    case "failed":
      if (failure?.code === "NetworkError" && mayBeStored(transfer)) return "No response, but S3 may have stored it";
      return hasBegun ? "Upload failed" : "Not uploaded";
  }
}

/** The progress of a file, in numbers. */
export function progressText(transfer: Transfer): string {
  const { state, progress, hasBegun } = transfer;
  const { sent, total, partsDone, partsTotal } = progress;
  if (!transfer.isActive || !hasBegun || state === "finishing") return "";
  const texts = [percent(sent, total)];
  if (partsTotal > 1) texts.push(`${partsDone} of ${partsTotal} parts`);
  const speed = state === "uploading" ? transfer.speed.perSecond : undefined;
  if (speed) texts.push(`${size(speed)}/s`, timeLeft(((total - sent) / speed) * 1000));
  return texts.join(" · ");
}

/** Every byte was sent and S3's response is missing, so S3 may or may not have the file. */
function mayBeStored({ progress, hasBegun }: Transfer): boolean {
  return hasBegun && progress.partsTotal === 1 && progress.sent === progress.total;
}
