import type { KindLimits } from "signpost-client";
import { byId, cloneTemplate, element } from "../dom.ts";
import { metadataMissing } from "../error_messages.ts";
import { acceptedText, kindName, readable } from "./accepted_text.ts";
import type { UploadAs } from "./transfer.ts";

/**
 * The choice of the kind as which files are uploaded, and the fields for the metadata that it
 * requires. A user with a single kind has no choice.
 */
export class KindChoice {
  #kinds: KindLimits[] = [];
  #chosen: KindLimits | undefined;
  readonly #values = new Map<string, string>(); // of the fields, by name

  /** Offers these kinds. What the user has chosen and entered stays, as far as it is offered. */
  offer(kinds: KindLimits[]): void {
    this.#kinds = kinds;
    byId("kinds").hidden = kinds.length < 2;
    byId("kind-options").replaceChildren(...kinds.map((kind) => this.#option(kind)));
    this.#choose(this.find(this.#chosen?.kind) ?? kinds[0]);
  }

  /** Forgets the kinds, and what was chosen and entered. */
  clear(): void {
    this.#chosen = undefined;
    this.#values.clear();
    this.offer([]);
  }

  /** The kind of this name, if it is offered; null is the name of the kind for any file. */
  find(name: string | null | undefined): KindLimits | undefined {
    return this.#kinds.find(({ kind }) => kind === name);
  }

  /** Chooses a kind, and enters metadata. */
  choose(name: string | null, metadata: Record<string, string>): void {
    for (const [field, value] of Object.entries(metadata)) this.#values.set(field, value);
    this.#choose(this.find(name) ?? this.#chosen);
  }

  /** What is chosen and entered now; undefined before there are kinds. */
  get current(): UploadAs | undefined {
    const kind = this.#chosen;
    return kind && this.as(kind, Object.fromEntries(kind.requiredMetadata.map((name) => [name, this.#values.get(name) ?? ""])));
  }

  as(kind: KindLimits, metadata: Record<string, string>): UploadAs {
    return { kind, metadata, kindName: this.#kinds.length > 1 ? kindName(kind) : "" };
  }

  /** Whether all metadata is entered. Otherwise it asks for the rest, and returns what to say. */
  missing(): string {
    const fields = [...byId("metadata-fields").querySelectorAll("input")].filter(({ value }) => normalized(value) === "");
    for (const field of fields) field.setAttribute("aria-invalid", "true");
    fields[0]?.focus();
    return fields.length > 0 ? metadataMissing(fields.map(({ name }) => readable(name).toLowerCase())).sentence : "";
  }

  #option(kind: KindLimits): HTMLElement {
    const option = cloneTemplate("kind-template");
    const input = element<HTMLInputElement>(option, "input");
    input.value = kind.kind ?? "";
    input.addEventListener("change", () => this.#choose(kind));
    element(option, "span").textContent = kindName(kind);
    return option;
  }

  #choose(kind: KindLimits | undefined): void {
    this.#chosen = kind;
    for (const input of byId("kind-options").querySelectorAll("input")) input.checked = input.value === (kind?.kind ?? "");
    const required = kind?.requiredMetadata ?? [];
    byId("metadata-fields").hidden = required.length === 0;
    byId("metadata-fields").replaceChildren(...required.map((name) => this.#field(name)));
    byId("upload-as").hidden = byId("kinds").hidden && required.length === 0;
    byId("drop-note").textContent = "";
    byId("accepted").textContent = kind ? `${acceptedText(kind)}.` : "";
    byId<HTMLInputElement>("picker").accept = kind?.accept ?? "";
  }

  #field(name: string): HTMLElement {
    const field = cloneTemplate("metadata-template");
    const input = element<HTMLInputElement>(field, "input");
    input.name = name;
    input.value = this.#values.get(name) ?? "";
    input.addEventListener("input", () => {
      this.#values.set(name, normalized(input.value));
      if (!input.hasAttribute("aria-invalid")) return;
      input.removeAttribute("aria-invalid");
      // A message that outlives its cause confuses (transloadit/uppy#3769).
      if (!byId("metadata-fields").querySelector("[aria-invalid]")) byId("drop-note").textContent = "";
    });
    element(field, "span").textContent = readable(name);
    return field;
  }
}

/** A header can't hold spaces at its ends or several in a row, so the API refuses them. */
function normalized(value: string): string {
  return value.trim().replace(/\s+/g, " ");
}
