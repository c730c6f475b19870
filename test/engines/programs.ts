import { findChromium } from "../browser/find_chromium";
import { findProgram } from "../browser/find_program";
import type { EngineName } from "./engine";

/**
 * Finds the program that runs an engine: the browser, or the driver that starts one. It throws if
 * there is none.
 */
export const findEngine: Record<EngineName, () => string> = {
  chromium: findChromium,
  firefox: () =>
    findProgram({
      variable: "FIREFOX",
      names: ["firefox-esr", "firefox"],
      description: "a Firefox",
      packages: "firefox-esr",
    }),
  webkit: () => {
    const packages = "webkit2gtk-driver xvfb";
    findXvfb(packages);
    const description = "WebKitGTK's driver";
    return findProgram({ variable: "WEBKIT_DRIVER", names: ["WebKitWebDriver"], description, packages });
  },
};

export function isInstalled(name: EngineName): boolean {
  return problemWith(name) === undefined;
}

/** Why an engine can't be tested. */
export function problemWith(name: EngineName): string | undefined {
  try {
    findEngine[name]();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Finds Xvfb, a display in memory. WebKitGTK has no headless mode. */
export function findXvfb(packages = "xvfb"): string {
  return findProgram({ variable: "XVFB", names: ["Xvfb"], description: "an X server", packages });
}
