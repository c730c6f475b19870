// What the code for files in parts has in common with the code that is loaded at the start. It is
// given that, and imports none of it: bundlers such as esbuild would make one more file of it, which
// every page would have to load at the start.
import { ApiError, badAnswer, SignpostError } from "./errors.ts";
import { fits } from "./resume.ts";
import { checksumFor } from "./s3/checksum.ts";
import { deliver } from "./s3/deliver.ts";
import { readStored } from "./s3/outcome.ts";
import { timed } from "./s3/timed.ts";
import { textOf } from "./s3/xml.ts";

export const core = { ApiError, SignpostError, badAnswer, checksumFor, deliver, fits, readStored, textOf, timed };

export type Core = typeof core;
