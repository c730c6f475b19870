import { byId } from "./dom.ts";

const pause = 400; // ms
const most = 4; // sentences

let pending: string[] = [];
let timer = 0;

/**
 * Tells those who listen instead of look. What comes within a moment is told together, so that a hundred small files
 * don't talk for minutes.
 */
export function announce(sentence: string): void {
  pending.push(sentence);
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    const shown = pending.slice(0, most).join(" ");
    byId("announcer").textContent = pending.length > most ? `${shown} And ${pending.length - most} more.` : shown;
    pending = [];
  }, pause);
}
