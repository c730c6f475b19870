import { byId } from "../dom.ts";

const names = ["upload", "your-files"] as const;
type Name = (typeof names)[number];

/** The two parts of the page for a user who is signed in, and the buttons that switch between them. */
export class Views {
  readonly #onOpen: (name: Name) => void;

  constructor(onOpen: (name: Name) => void) {
    this.#onOpen = onOpen;
    for (const name of names) byId(`show-${name}`).addEventListener("click", () => this.open(name));
  }

  /** Shows the buttons if there are both parts. */
  offer(hasYourFiles: boolean): void {
    byId("views").hidden = !hasYourFiles;
    if (!hasYourFiles) this.open("upload");
  }

  isOpen(name: Name): boolean {
    return !byId(name).hidden;
  }

  open(name: Name): void {
    for (const other of names) {
      byId(other).hidden = other !== name;
      byId(`show-${other}`).setAttribute("aria-current", String(other === name));
    }
    this.#onOpen(name);
  }
}
