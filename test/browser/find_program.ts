import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program may be, and what to say where it isn't. */
export interface Program {
  /** The environment variable that names it. */
  variable: string;
  /** What it may be called in PATH, the best first. */
  names: string[];
  /** In words. */
  what: string;
  /** Debian's packages. */
  install: string;
}

/** The program that the variable names, or else the first in PATH. None is an error: a test never passes without. */
export function findProgram({ variable, names, what, install }: Program): string {
  const named = process.env[variable];
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`${variable}=${named} is not an executable file`);
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      if (isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error(
    `the browser tests need ${what}: apt-get install ${install}, or set ${variable} to one; ` +
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
