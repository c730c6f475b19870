import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The headless shell first: the same engine without a window, in half the time. */
const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** The browser that CHROMIUM names, or else the first in PATH. None is an error: a browser test never passes without. */
export function findChromium(): string {
  const named = process.env.CHROMIUM;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM=${named} is not an executable file`);
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      if (isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error(
    `the browser tests need a Chromium: install one of Debian's packages (apt-get install chromium-headless-shell, or ` +
      `chromium), or set CHROMIUM to one; ` +
      `looked for ${names.join(", ")} in PATH`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
