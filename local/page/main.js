// @ts-check
import { announce } from "./announce.js";
import { loadConfig } from "./config.js";
import { byId } from "./dom.js";
import { openDropZone } from "./drop_zone.js";
import { toFailure } from "./failure.js";
import { FileList } from "./file_list.js";
import { count } from "./format.js";
import { openSignIn, say } from "./sign_in.js";
import { Signpost } from "./signpost.js";

/** @typedef {import("./session.js").Session} Session */

try {
  start(await loadConfig());
} catch (error) {
  byId("sign-in").hidden = true;
  byId("trouble").hidden = false;
  byId("trouble").textContent = toFailure(error).sentence;
}

/** @param {import("./config.js").Config} config */
function start(config) {
  /** @type {Session | undefined} kept when it has ended, so that what still waits fails with the reason */
  let session;
  byId("stack").textContent = config.stackName;
  const signpost = new Signpost(config);
  const list = new FileList({
    run: async (transfer) => session && transfer.run({ apiUrl: config.apiUrl, session }),
    onStep: (transfer, was) => signpost.step(transfer, was),
    onSessionEnd: () => leave("Your session has ended: sign in again. Your files are still in the list."),
  });

  openSignIn(config, (signedIn) => {
    if (session?.username !== signedIn.username) list.clear(); // nobody sees another's files
    session = signedIn;
    byId("who").textContent = session.username;
    byId("who-avatar").textContent = session.username.slice(0, 1);
    show("files");
    announce(`Signed in as ${session.username}.`);
    byId("picker").focus();
  });

  openDropZone({ isOpen: () => isShown("files"), onFiles: (files) => list.add(files) });

  byId("sign-out").addEventListener("click", async () => {
    if (list.active > 0 && !(await confirmSignOut(list.active))) return;
    list.clear();
    session?.signOut();
    session = undefined;
    leave("");
    announce("Signed out.");
  });

  addEventListener("beforeunload", (event) => {
    if (list.active > 0) event.preventDefault();
  });

  /** @param {string} why */
  function leave(why) {
    if (isShown("sign-in")) return; // another file has said so already
    show("sign-in");
    say(why);
    byId("users").querySelector("button")?.focus();
  }
}

/** @param {"sign-in" | "files"} view */
function show(view) {
  document.body.dataset.view = view;
  byId("sign-in").hidden = view !== "sign-in";
  byId("upload").hidden = view !== "files";
  byId("account").hidden = view !== "files";
}

/** @param {"sign-in" | "files"} view */
function isShown(view) {
  return document.body.dataset.view === view;
}

/**
 * @param {number} active
 * @returns {Promise<boolean>}
 */
function confirmSignOut(active) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("confirm-sign-out"));
  byId("confirm-text").textContent = `${count(active, "file is", "files are")} still under way. Signing out cancels ${active === 1 ? "it" : "them"}.`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "sign-out"), { once: true });
  });
}
