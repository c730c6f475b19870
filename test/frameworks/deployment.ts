import { Signpost } from "signpost-client";

declare global {
  interface Window {
    /** The stack's output ApiUrl. */
    apiUrl: string;
    /** Gives a signed-in user's token. */
    idToken(): Promise<string>;
  }
}

/** The client of the deployment that the test has put behind this page. */
export function newSignpost(): Signpost {
  return new Signpost({ apiUrl: window.apiUrl, token: () => window.idToken() });
}
