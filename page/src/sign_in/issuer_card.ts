import type { Issuer } from "../config.ts";
import { byId, setText } from "../dom.ts";
import { toFailure } from "../error_messages.ts";
import type { Card } from "./auth.ts";
import type { IssuerAuth } from "./issuer_auth.ts";

/** The sign-in card with one button, which leads to the issuer. */
export class IssuerCard implements Card {
  readonly #auth: IssuerAuth;
  readonly #button = byId<HTMLButtonElement>("go-to-issuer");

  constructor(auth: IssuerAuth, { issuer }: Issuer) {
    this.#auth = auth;
    for (const form of byId("sign-in").querySelectorAll("form")) form.hidden = true;
    byId("issuer-sign-in").hidden = false;
    setText(byId("issuer-host"), new URL(issuer).host);
    this.#button.addEventListener("click", () => void this.#go());
  }

  open(reason: string): void {
    byId("sign-in-error").textContent = reason;
  }

  reopen(reason: string): void {
    this.open(reason);
    this.#button.focus();
  }

  async #go(): Promise<void> {
    this.#button.disabled = true;
    this.open("");
    const failure = await this.#auth.signIn().then(() => undefined, toFailure);
    this.#button.disabled = false;
    if (failure) this.reopen(failure.sentence);
  }
}
