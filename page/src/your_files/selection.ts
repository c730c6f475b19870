import { byId, setText } from "../dom.ts";
import { count } from "../format.ts";
import type { StoredRow } from "./stored_row.ts";

interface SelectionOptions {
  /** The rows that are shown. */
  rows(): StoredRow[];
  /** Deletes the files of these rows. */
  delete(rows: StoredRow[]): void;
}

/**
 * The checkbox for all rows, and the button that deletes the selected ones. It selects only files
 * that are shown: who deletes must have seen what (bimdata/platform#697).
 */
export class Selection {
  readonly #options: SelectionOptions;

  constructor(options: SelectionOptions) {
    this.#options = options;
    const all = byId<HTMLInputElement>("select-all");
    all.addEventListener("change", () => {
      for (const row of options.rows()) row.isSelected = all.checked;
      this.update();
    });
    byId("delete-selected").addEventListener("click", () => options.delete(this.#selected));
  }

  update(): void {
    const rows = this.#options.rows();
    const selected = this.#selected.length;
    const all = byId<HTMLInputElement>("select-all");
    all.checked = selected > 0 && selected === rows.length;
    all.indeterminate = selected > 0 && selected < rows.length;
    setText(byId("selected-count"), selected > 0 ? `${selected} of ${rows.length} selected` : "Select all");
    const button = byId("delete-selected");
    button.hidden = selected === 0;
    setText(button, `Delete ${count(selected, "file")}`);
  }

  get #selected(): StoredRow[] {
    return this.#options.rows().filter((row) => row.isSelected);
  }
}
