import type { LocalConfig } from "../config.ts";
import { makeCopyButton } from "../copy_button.ts";
import { byId, cloneTemplate, element, setText } from "../dom.ts";
import { toFailure } from "../error_messages.ts";
import type { Card, User } from "./auth.ts";
import type { CognitoAuth, Step } from "./cognito_auth.ts";

const titles = {
  password: "Sign in",
  "new-password": "Choose a password",
  code: "Enter your code",
  "set-up": "Set up your second factor",
};
type FormName = keyof typeof titles;

/** The sign-in card for a user pool. It has a form for each step of signing in, and shows one of them. */
export class CognitoCard implements Card {
  readonly #auth: CognitoAuth;
  readonly #onUser: (user: User) => void;

  constructor(auth: CognitoAuth, onUser: (user: User) => void) {
    this.#auth = auth;
    this.#onUser = onUser;
    for (const form of byId("sign-in").querySelectorAll("form")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.#submit(form);
      });
    }
    for (const button of byId("sign-in").querySelectorAll("[data-restart]")) {
      button.addEventListener("click", () => this.reopen(""));
    }
    const newPassword = byId<HTMLInputElement>("new-password");
    const show = byId<HTMLInputElement>("show-password");
    show.addEventListener("change", () => (newPassword.type = show.checked ? "text" : "password"));
    const secret = byId("totp-secret");
    makeCopyButton(byId<HTMLButtonElement>("copy-secret"), "Key", secret, () => withoutSpaces(secret));
  }

  /** Shows a button for each user of a local run. It signs the user in. */
  offer(users: LocalConfig["users"]): void {
    byId("local-users").hidden = false;
    byId("users").replaceChildren(...users.map((user) => this.#userButton(user.username, user.password)));
  }

  open(reason: string): void {
    this.#show("password");
    showError(reason);
  }

  reopen(reason: string): void {
    this.open(reason);
    const first = byId("local-users").hidden ? byId("username") : element(byId("users"), "button");
    first.focus();
  }

  async #submit(form: HTMLFormElement): Promise<void> {
    setBusy(true);
    showError("");
    const answer = form.querySelector<HTMLInputElement>("[data-answer]");
    try {
      this.#advance(answer ? await this.#auth.answer(answer.value) : await this.#signIn());
    } catch (error) {
      showError(toFailure(error).sentence);
      const field = answer ?? byId<HTMLInputElement>("password");
      setBusy(false);
      field.focus();
      field.select();
    } finally {
      setBusy(false);
    }
  }

  #signIn(): Promise<Step> {
    return this.#auth.signIn(byId<HTMLInputElement>("username").value.trim(), byId<HTMLInputElement>("password").value);
  }

  #advance(step: Step): void {
    if (step.name === "done") {
      this.#show("password");
      return this.#onUser(step.user);
    }
    if (step.name === "set-up") {
      byId("totp-secret").textContent = step.secret.replace(/(.{4})(?=.)/g, "$1 ");
      byId<HTMLAnchorElement>("totp-uri").href = step.uri;
    }
    const username = byId<HTMLInputElement>("username").value;
    this.#show(step.name);
    element<HTMLInputElement>(byId("sign-in"), "[data-username]").value = username;
    byId("sign-in-title").focus(); // Screen readers then read the new title.
  }

  /** Shows one form, and clears passwords, codes and keys from the others. */
  #show(name: FormName): void {
    setText(byId("sign-in-title"), titles[name]);
    for (const form of byId("sign-in").querySelectorAll("form")) {
      form.hidden = form.dataset["step"] !== name;
      form.reset();
    }
    byId<HTMLInputElement>("new-password").type = "password";
    if (name === "set-up") return;
    byId("totp-secret").textContent = "";
    byId("totp-uri").removeAttribute("href");
  }

  #userButton(username: string, password: string): HTMLElement {
    const button = cloneTemplate("user-template");
    element(button, ".avatar").textContent = username.slice(0, 1);
    element(button, ".user-name").textContent = username.split("@")[0] ?? "";
    element(button, ".user-address").textContent = username;
    button.addEventListener("click", () => {
      byId<HTMLInputElement>("username").value = username;
      byId<HTMLInputElement>("password").value = password;
      element<HTMLFormElement>(byId("sign-in"), "[data-step=password]").requestSubmit();
    });
    return button;
  }
}

/** Shows an error above the form, and marks the field as invalid; "" clears both. */
function showError(text: string): void {
  byId("sign-in-error").textContent = text;
  for (const input of byId("sign-in").querySelectorAll("[data-answer], #password")) {
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

function setBusy(isBusy: boolean): void {
  for (const button of byId("sign-in").querySelectorAll("button")) button.disabled = isBusy;
}

function withoutSpaces(code: HTMLElement): string {
  return (code.textContent ?? "").replaceAll(" ", "");
}
