import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A program to look for, and what to report if it isn't there. */
export interface Program {
  /** The environment variable with its path. */
  variable: string;
  /** Its names in PATH, the preferred one first. */
  names: string[];
  description: string;
  /** The Debian packages that have it. */
  packages: string;
}

/**
 * Returns the path in the variable, or the first match in PATH. It throws if there is none, so that
 * no test is skipped.
 */
export function findProgram({ variable, names, description, packages }: Program): string {
  const path = process.env[variable];
  if (path) {
    if (isExecutable(path)) return path;
    throw new Error(`${variable}=${path} is not an executable file`);
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      if (isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error(
    `the browser tests need ${description}: apt-get install ${packages}, or set ${variable} to its path; ` +
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
