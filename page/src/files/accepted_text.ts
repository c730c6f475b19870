import type { KindLimits } from "signpost-client";
import { size } from "../format.ts";

const maxNames = 8;

/** Names that neither the type nor its first extension gives. */
const names: Record<string, string> = {
  "image/*": "images",
  "video/*": "video",
  "audio/*": "audio",
  "text/*": "text",
  "font/*": "fonts",
  "model/*": "3D models",
  "text/plain": "plain text",
  "image/jpeg": "JPEG",
  "image/webp": "WebP",
  "audio/mpeg": "MP3",
};

const anyOf = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** The name of a kind, as the page shows it: "profile-picture" is "Profile picture". */
export function kindName({ kind }: KindLimits): string {
  return kind === null ? "General" : readable(kind);
}

/** What a kind accepts: "PNG, JPEG or WebP, up to 5.2 MB". */
export function acceptedText({ types, accept, maxSize }: KindLimits): string {
  const all = accept === "" ? ["files of any type"] : [...new Set(types.map((type) => typeName(type, accept)))];
  const rest = all.length - maxNames + 1;
  const shown = rest > 1 ? [...all.slice(0, maxNames - 1), `${rest} other types`] : all;
  return capitalized(`${anyOf.format(shown)}, up to ${size(maxSize)}`);
}

/** A name as it is in the API, made readable: "recorded-at" is "Recorded at". */
export function readable(name: string): string {
  return capitalized(name.replace(/[-_.]+/g, " "));
}

/** In `accept`, a type's own extensions follow it. */
function typeName(type: string, accept: string): string {
  const tokens = accept.split(",");
  const next = tokens[tokens.indexOf(type) + 1] ?? "";
  return names[type] ?? (next.startsWith(".") && !type.endsWith("/*") ? next.slice(1).toUpperCase() : type);
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
