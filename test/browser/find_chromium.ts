import { findProgram } from "./find_program";

/** The headless shell first: the same engine without a window, in half the time. */
const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** The browser that CHROMIUM names, or else the first in PATH. */
export function findChromium(): string {
  const install = "chromium-headless-shell (or chromium)";
  return findProgram({ variable: "CHROMIUM", names, what: "a Chromium", install });
}
