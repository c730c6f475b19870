import { ApiError, type Signpost, SignpostError } from "signpost-client";
import { Failure } from "../failure.ts";
import { allowedOrigins, explainNetworkFailure } from "../network_failure.ts";
import { explainUpload } from "../error_messages.ts";

const frameLife = 60_000; // ms, in which a browser has asked its user whatever it asks before it saves

/** How a file is read back: shown by the browser, or saved. */
export type Disposition = "inline" | "attachment";

/** Reads stored files back, where the deployment lets its users (`Downloads`). */
export class Reader {
  readonly #signpost: Signpost;
  readonly #apiUrl: string;
  #isOffered: Promise<boolean> | undefined;

  constructor(signpost: Signpost, apiUrl: string) {
    this.#signpost = signpost;
    this.#apiUrl = apiUrl;
  }

  /** Whether the deployment has the route: asked for the first stored file, then known. */
  isOffered(key: string): Promise<boolean> {
    this.#isOffered ??= this.#signpost.download(key).then(
      () => true,
      (error: unknown) => {
        const isAbsent = error instanceof SignpostError && error.code === "NotFound";
        if (!isAbsent) this.#isOffered = undefined; // asked again for the next file
        return false;
      },
    );
    return this.#isOffered;
  }

  /**
   * Opens the file in a new tab, or saves it. The signed URL goes to the browser alone, into no element of the page.
   * Else a Failure: S3 is asked first, since what it refuses would be a page of XML.
   */
  async read(key: string, name: string, disposition: Disposition): Promise<void> {
    // At once: WebKit takes a tab that is opened after a request for one that nobody has clicked for.
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

  async #sign(key: string, filename: string, disposition: Disposition): Promise<string> {
    try {
      return (await this.#signpost.download(key, { disposition, filename })).url;
    } catch (error) {
      if (error instanceof ApiError && error.field === "disposition") {
        const title = "This kind of file isn't shown in the browser";
        throw new Failure(title, { advice: "Download it.", code: error.code, cause: error });
      }
      throw explainUpload(error, this.#apiUrl);
    }
  }
}

/** An empty tab, whose page won't know this one. */
function openTab(): Window {
  const tab = open("", "_blank");
  if (!tab) {
    const advice = "Allow this page to open tabs, then try again.";
    throw new Failure("Your browser blocked the new tab", { advice, code: "Blocked" });
  }
  tab.opener = null;
  return tab;
}

/** In a frame of its own: the page itself must not seem to leave while files are under way. */
function save(url: string): void {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.sandbox.add("allow-downloads");
  document.body.append(frame);
  frame.contentWindow?.location.replace(url); // so that no attribute has it
  setTimeout(() => frame.remove(), frameLife);
}

/** Asks S3 for the file, as signed, and hangs up when the answer begins. */
async function checkReadable(url: string): Promise<void> {
  const hangUp = new AbortController();
  let response;
  try {
    response = await fetch(url, { cache: "no-store", signal: hangUp.signal });
  } catch (cause) {
    throw await explainNetworkFailure({ who: "S3", url, origins: allowedOrigins, cause });
  }
  if (response.ok) return hangUp.abort();
  throw refusal(response.status, await response.text());
}

function refusal(status: number, xml: string): Failure {
  const error = new DOMParser().parseFromString(xml, "application/xml");
  const text = (name: string) => error.querySelector(`Error > ${name}`)?.textContent ?? "";
  const code = text("Code") || `HTTP ${status}`;
  const requestId = text("RequestId");
  // S3 answers AccessDenied for a file that is gone too: nobody here may list, so it doesn't say which.
  if (code === "AccessDenied" && !/expired/i.test(text("Message"))) {
    return new Failure("S3 doesn't give this file out", {
      details: [
        "It has been deleted; or, where files are scanned for malware, the scan isn't over or has found something.",
      ],
      advice: "If it is new, try again in a minute.",
      code,
      requestId,
    });
  }
  const details = [text("Message")].filter(Boolean);
  return new Failure("S3 doesn't give this file", { details, advice: "Try again.", code, requestId });
}
