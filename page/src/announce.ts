import { byId } from "./dom.ts";

const delay = 400; // ms
const maxSentences = 4;

let pending: string[] = [];
let timer = 0;

/**
 * Announces a sentence to screen readers. Sentences that follow each other closely are announced
 * together, and only the first few of them: a hundred small files would otherwise be read out for
 * minutes.
 */
export function announce(sentence: string): void {
  pending.push(sentence);
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    const text = pending.slice(0, maxSentences).join(" ");
    const rest = pending.length - maxSentences;
    byId("announcer").textContent = rest > 0 ? `${text} And ${rest} more.` : text;
    pending = [];
  }, delay);
}
