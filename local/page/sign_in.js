// @ts-check
import { byId, element } from "./dom.js";
import { toFailure } from "./failure.js";
import { Session } from "./session.js";

/** @typedef {import("./config.js").Config} Config */

/**
 * The form to sign in, and the local run's users to do it in one click.
 *
 * @param {Config} config
 * @param {(session: Session) => void} onSession
 */
export function openSignIn(config, onSession) {
  const form = /** @type {HTMLFormElement} */ (byId("sign-in-form"));
  const username = /** @type {HTMLInputElement} */ (byId("username"));
  const password = /** @type {HTMLInputElement} */ (byId("password"));

  byId("users").replaceChildren(
    ...config.users.map((user) =>
      userButton(user.username, () => {
        username.value = user.username;
        password.value = user.password;
        form.requestSubmit();
      }),
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    setBusy(true);
    say("");
    try {
      const session = await Session.signIn(config, username.value.trim(), password.value);
      form.reset();
      onSession(session);
    } catch (error) {
      const failure = toFailure(error);
      say(failure.sentence);
      password.focus();
      password.select();
    } finally {
      setBusy(false);
    }
  });
}

/**
 * What the form says above its button, such as why the last try failed.
 *
 * @param {string} text
 */
export function say(text) {
  byId("sign-in-error").textContent = text;
  byId("password").toggleAttribute("aria-invalid", text !== "");
}

/** @param {boolean} busy */
function setBusy(busy) {
  for (const button of byId("sign-in").querySelectorAll("button")) button.disabled = busy;
}

/**
 * @param {string} username
 * @param {() => void} onClick
 */
function userButton(username, onClick) {
  const template = /** @type {HTMLTemplateElement} */ (byId("user-template"));
  const fragment = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const button = element(fragment, "button");
  element(button, ".avatar").textContent = username.slice(0, 1);
  element(button, ".user-name").textContent = username.split("@")[0];
  element(button, ".user-address").textContent = username;
  button.addEventListener("click", onClick);
  return button;
}
