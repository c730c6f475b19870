import { findChromium } from "../browser/find_chromium";
import { findProgram } from "../browser/find_program";
import type { Name } from "./engine";

/** What runs an engine: the browser, or the driver that starts one. None is an error that says what to install. */
export const programOf: Record<Name, () => string> = {
  chromium: findChromium,
  firefox: () =>
    findProgram({ variable: "FIREFOX", names: ["firefox-esr", "firefox"], what: "a Firefox", install: "firefox-esr" }),
  webkit: () => {
    const install = "webkit2gtk-driver xvfb";
    findDisplay(install);
    return findProgram({ variable: "WEBKIT_DRIVER", names: ["WebKitWebDriver"], what: "WebKitGTK's driver", install });
  },
};

/** WebKitGTK has no mode without a display: Xvfb is one that nobody sees. */
export function findDisplay(install = "xvfb"): string {
  return findProgram({ variable: "XVFB", names: ["Xvfb"], what: "an X server", install });
}
