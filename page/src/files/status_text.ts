import { duration, percent, size, timeLeft } from "../format.ts";
import type { Transfer } from "./transfer.ts";

/** Where a file is, in words. */
export function statusOf(transfer: Transfer): string {
  const { state, failure, progress, hasBegun } = transfer;
  switch (state) {
    case "waiting":
      return hasBegun ? "No answer. Trying again soon" : "Waiting for its turn";
    case "planning":
      return "Getting a signed URL";
    case "uploading":
      return transfer.resumed ? "Going on where it stopped" : "Uploading";
    case "paused":
      return "Paused";
    case "offline":
      return "Offline. Goes on by itself once you are connected";
    case "finishing":
      return progress.partsTotal > 1 ? "All sent. S3 is joining the parts" : "All sent. Waiting for S3's word";
    case "stored":
      return `Stored in ${duration(transfer.took.to - transfer.took.from)}${transfer.resumed ? ", resumed" : ""}`;
    case "aborted":
      return isUnsure(transfer) ? "Cancelled, perhaps stored" : "Cancelled";
    case "failed":
      if (failure?.code === "NetworkError" && isUnsure(transfer)) return "Perhaps stored";
      return hasBegun ? "Stopped" : "Not stored";
  }
}

/** How far it is, in numbers. */
export function numbersOf(transfer: Transfer): string {
  const { state, progress, hasBegun } = transfer;
  const { sent, total, partsDone, partsTotal } = progress;
  if (!transfer.isActive || !hasBegun || state === "finishing") return "";
  const numbers = [percent(sent, total)];
  if (partsTotal > 1) numbers.push(`${partsDone} of ${partsTotal} parts`);
  const speed = state === "uploading" ? transfer.speed.perSecond : undefined;
  if (speed) numbers.push(`${size(speed)}/s`, timeLeft(((total - sent) / speed) * 1000));
  return numbers.join(" · ");
}

/** Cut off after the last byte, and without an answer, it can't be told whether S3 has it. */
function isUnsure({ progress, hasBegun }: Transfer): boolean {
  return hasBegun && progress.partsTotal === 1 && progress.sent === progress.total;
}
