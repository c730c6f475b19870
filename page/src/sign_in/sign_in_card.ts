import type { Auth, Step, User } from "./auth.ts";
import type { LocalConfig } from "../config.ts";
import { copyOnClick } from "../copy_button.ts";
import { byId, copyOf, element, setText } from "../dom.ts";
import { toFailure } from "../failure.ts";

const titles = {
  password: "Sign in",
  "new-password": "Choose a password",
  code: "Enter your code",
  "set-up": "Set up your second factor",
};
type Shown = keyof typeof titles;

/** The card to sign in: a form for each thing that Cognito may ask for, one of them shown. */
export class SignIn {
  readonly #auth: Auth;
  readonly #onUser: (user: User) => void;
  #shown: Shown = "password";

  constructor(auth: Auth, onUser: (user: User) => void) {
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
    copyOnClick(byId<HTMLButtonElement>("copy-secret"), "The key", secret, () => plain(secret));
  }

  /** Makes buttons that sign a local run's users in. */
  offer(users: LocalConfig["users"]): void {
    byId("local-users").hidden = false;
    byId("users").replaceChildren(...users.map((user) => this.#userButton(user.username, user.password)));
  }

  /** Begins anew, and says why: "" for no reason. */
  open(why: string): void {
    this.#show("password");
    say(why);
  }

  /** Begins anew in the keyboard's hands. */
  reopen(why: string): void {
    this.open(why);
    const first = byId("local-users").hidden ? byId("username") : element(byId("users"), "button");
    first.focus();
  }

  async #submit(form: HTMLFormElement): Promise<void> {
    setBusy(true);
    say("");
    const answer = form.querySelector<HTMLInputElement>("[data-answer]");
    try {
      const step = answer ? await this.#auth.answer(this.#shown, answer.value) : await this.#signIn();
      this.#go(step);
    } catch (error) {
      say(toFailure(error).sentence);
      const retyped = answer ?? byId<HTMLInputElement>("password");
      setBusy(false);
      retyped.focus();
      retyped.select();
    } finally {
      setBusy(false);
    }
  }

  #signIn(): Promise<Step> {
    return this.#auth.signIn(byId<HTMLInputElement>("username").value.trim(), byId<HTMLInputElement>("password").value);
  }

  #go(step: Step): void {
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
    byId("sign-in-title").focus(); // so that the new title is read out
  }

  /** Shows one form, and leaves nothing secret in the others. */
  #show(shown: Shown): void {
    this.#shown = shown;
    setText(byId("sign-in-title"), titles[shown]);
    for (const form of byId("sign-in").querySelectorAll("form")) {
      form.hidden = form.dataset["step"] !== shown;
      form.reset();
    }
    byId<HTMLInputElement>("new-password").type = "password";
    if (shown === "set-up") return;
    byId("totp-secret").textContent = "";
    byId("totp-uri").removeAttribute("href");
  }

  #userButton(username: string, password: string): HTMLElement {
    const button = copyOf("user-template");
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

/** What the card says above its form, such as why the last try failed. */
function say(text: string): void {
  byId("sign-in-error").textContent = text;
  for (const input of byId("sign-in").querySelectorAll("[data-answer], #password")) {
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

function setBusy(busy: boolean): void {
  for (const button of byId("sign-in").querySelectorAll("button")) button.disabled = busy;
}

function plain(code: HTMLElement): string {
  return (code.textContent ?? "").replaceAll(" ", "");
}
