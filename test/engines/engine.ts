// What the tests need from a browser of any engine.

export interface EngineOptions {
  /** The URL of the HTTP proxy for all requests, including those to loopback addresses. */
  proxy: string;
  /** The folder for downloads. */
  downloads: string;
  /**
   * False blocks localStorage, in the way of this engine.
   *
   * @default true
   */
  storage?: boolean;
}

/** A browser that a test controls. */
export interface Engine {
  /** The first tab. */
  readonly tab: Tab;
  /** Waits for a tab that a page opens. */
  openedTab(): Promise<Pick<Tab, "evaluate">>;
  close(): Promise<void>;
}

export interface Tab {
  goto(url: string): Promise<void>;
  /** Reloads the page. If the page asks whether to leave it, the answer is yes. */
  reload(): Promise<void>;
  /** Calls the function in the page. Its argument and its result are sent as JSON. */
  evaluate<R, A = undefined>(call: (argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  /** Clicks the element that matches, in the middle. */
  click(selector: string): Promise<void>;
  /** Types text, key by key. "\n" is Enter. */
  type(selector: string, text: string): Promise<void>;
  /** Chooses files in a file input, by their paths. */
  choose(selector: string, paths: string[]): Promise<void>;
  screenshot(path: string): Promise<void>;
}

export const engineNames = ["chromium", "firefox", "webkit"] as const;
export type EngineName = (typeof engineNames)[number];
