// What the tests ask of a browser, whichever engine it has.

/** What a browser is started with. */
export interface EngineOptions {
  /** The HTTP proxy that everything goes through, loopback too. */
  proxy: string;
  /** Where it saves what is downloaded. */
  downloads: string;
  /** @default true; false takes localStorage from pages, in the way that this engine has for it */
  storage?: boolean;
}

/** A browser under a test's control. */
export interface Engine {
  /** The first tab. */
  readonly tab: Tab;
  /** Waits for the tab that a page has opened. */
  openedTab(): Promise<Pick<Tab, "evaluate">>;
  close(): Promise<void>;
}

export interface Tab {
  goto(url: string): Promise<void>;
  /** Loads the page anew, or another one, whatever it asks before it is left. */
  reload(): Promise<void>;
  /** Calls the function in the page, with JSON as its argument and its result. */
  evaluate<R, A = undefined>(call: (argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  /** Clicks the middle of the one element that fits. */
  click(selector: string): Promise<void>;
  /** Types into it, key by key. "\n" is Enter. */
  type(selector: string, text: string): Promise<void>;
  /** Chooses files, by their paths. */
  choose(selector: string, paths: string[]): Promise<void>;
  screenshot(path: string): Promise<void>;
}

export const names = ["chromium", "firefox", "webkit"] as const;
export type Name = (typeof names)[number];
