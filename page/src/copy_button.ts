import { announce } from "./announce.ts";

const shownFor = 2000; // ms

/** Makes a button that copies a text, which is also shown in `from`. */
export function copyOnClick(button: HTMLButtonElement, what: string, from: HTMLElement, text: () => string): void {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
      announce(`${what} is copied.`);
    } catch {
      // Not allowed: it is selected instead, for the keyboard to copy.
      getSelection()?.selectAllChildren(from);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = label), shownFor);
  });
}
