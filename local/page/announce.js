// @ts-check

/** @type {string[]} */
let pending = [];
let timer = 0;

/**
 * Tells those who listen instead of look. What comes within a moment is told together, so that a hundred small files
 * don't talk for minutes.
 *
 * @param {string} sentence
 */
export function announce(sentence) {
  pending.push(sentence);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = /** @type {HTMLElement} */ (document.getElementById("announcer"));
    const shown = pending.slice(0, 4).join(" ");
    region.textContent = pending.length > 4 ? `${shown} And ${pending.length - 4} more.` : shown;
    pending = [];
  }, 400);
}
