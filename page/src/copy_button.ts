import { announce } from "./announce.ts";

const feedbackTime = 2000; // ms

/**
 * Makes a button that copies a text. `source` is the element that shows the text, `name` what to
 * call it.
 */
export function makeCopyButton(button: HTMLButtonElement, name: string, source: HTMLElement, text: () => string): void {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
      announce(`${name} copied.`);
    } catch {
      // The browser doesn't allow it: select the text, so that the user can copy it.
      getSelection()?.selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = label), feedbackTime);
  });
}
