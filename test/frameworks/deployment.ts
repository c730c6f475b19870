import { Signpost } from "signpost-client";

declare global {
  interface Window {
    /** The stack's output ApiUrl. */
    apiUrl: string;
    /** Returns a signed-in user's token. */
    idToken(): Promise<string>;
  }
}

/** Creates a client of the deployment that the test has set in this page. */
export function newSignpost(): Signpost {
  return new Signpost({ apiUrl: window.apiUrl, token: () => window.idToken() });
}
