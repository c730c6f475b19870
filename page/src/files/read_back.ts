import { ApiError, type Signpost } from "signpost-client";
import { cannotOpen, newTabBlocked, noResponse, readFailure, uploadFailure } from "../error_messages.ts";
import type { Failure } from "../failure.ts";
import { findReachability } from "../reachability.ts";

const frameLifetime = 60_000; // ms: time for the user to answer what the browser asks before it saves

/** Whether a file is opened in the browser or saved. */
export type Disposition = "inline" | "attachment";

/** Opens and downloads stored files, of kinds that allow it (`Downloads`). */
export class ReadBack {
  readonly #signpost: Signpost;
  readonly #apiUrl: string;

  constructor(signpost: Signpost, apiUrl: string) {
    this.#signpost = signpost;
    this.#apiUrl = apiUrl;
  }

  /**
   * Opens the file in a new tab, or saves it; otherwise throws a Failure. The signed URL never
   * becomes part of the page. S3 is asked first whether it returns the file, because the browser
   * would show its refusal as XML.
   *
   * Without a name it is saved under the one with which it was uploaded, which S3 has.
   */
  async read(key: string, name: string | undefined, disposition: Disposition): Promise<void> {
    // Before any request: WebKit blocks a tab that is opened later, because it no longer follows a
    // click.
    const tab = disposition === "inline" ? openTab() : undefined;
    try {
      const url = await this.#sign(key, name, disposition);
      await checkReadable(url);
      if (tab) tab.location.replace(url);
      else save(url);
    } catch (error) {
      tab?.close();
      throw error;
    }
  }

  async #sign(key: string, filename: string | undefined, disposition: Disposition): Promise<string> {
    try {
      return (await this.#signpost.download(key, { disposition, filename })).url;
    } catch (error) {
      if (error instanceof ApiError && error.field === "disposition") throw cannotOpen(error);
      throw uploadFailure(error, this.#apiUrl);
    }
  }
}

/** Opens an empty tab that can't reach this page. */
function openTab(): Window {
  const tab = open("", "_blank");
  if (!tab) throw newTabBlocked();
  tab.opener = null;
  return tab;
}

/**
 * Saves the file by way of a hidden frame: navigating the page itself would ask the user whether to
 * leave it.
 */
function save(url: string): void {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.sandbox.add("allow-downloads");
  document.body.append(frame);
  frame.contentWindow?.location.replace(url); // Unlike src, this leaves the URL out of the document.
  setTimeout(() => frame.remove(), frameLifetime);
}

/** Requests the file from S3, and stops when the response begins. */
async function checkReadable(url: string): Promise<void> {
  const controller = new AbortController();
  let response;
  try {
    response = await fetch(url, { cache: "no-store", signal: controller.signal });
  } catch (cause) {
    throw noResponse("S3", url, await findReachability(url), cause);
  }
  if (response.ok) return controller.abort();
  throw toReadFailure(response.status, await response.text());
}

function toReadFailure(status: number, xml: string): Failure {
  const error = new DOMParser().parseFromString(xml, "application/xml");
  const text = (name: string) => error.querySelector(`Error > ${name}`)?.textContent ?? "";
  return readFailure(text("Code") || `HTTP ${status}`, text("Message"), text("RequestId"));
}
