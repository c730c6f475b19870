import { findProgram } from "./find_program";

/**
 * The headless shell comes first: it is the same engine without a window, and takes half the time.
 */
const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** Returns the path of the browser that CHROMIUM names, or of the first one in PATH. */
export function findChromium(): string {
  const packages = "chromium-headless-shell (or chromium)";
  return findProgram({ variable: "CHROMIUM", names, description: "a Chromium", packages });
}
