import { Signpost } from "signpost-client";
import { announce } from "./announce.ts";
import { Auth, type User } from "./sign_in/auth.ts";
import { type Config, loadConfig } from "./config.ts";
import { byId } from "./dom.ts";
import { openDropZone } from "./files/drop_zone.ts";
import { toFailure } from "./failure.ts";
import { FileList } from "./files/file_list.ts";
import { count } from "./format.ts";
import { takeOwnership } from "./sign_in/owner.ts";
import { listNoRequests } from "./resource_timing.ts";
import { SignIn } from "./sign_in/sign_in_card.ts";
import { UnfinishedFiles } from "./files/unfinished.ts";
import { Way } from "./signpost_boards.ts";

type View = "starting" | "sign-in" | "files";

listNoRequests();
try {
  await start(await loadConfig());
} catch (error) {
  byId("trouble").hidden = false;
  byId("trouble").textContent = toFailure(error).sentence;
}

async function start(config: Config): Promise<void> {
  const { apiUrl, stackName, local } = config;
  const auth = new Auth(config);
  const signpost = new Signpost({ apiUrl, token: (options) => auth.token(options) });
  const way = new Way(config);
  const unfinished = new UnfinishedFiles(() => signpost.forget());
  const list = new FileList({
    signpost,
    apiUrl,
    onStep: (transfer) => {
      way.step(transfer);
      unfinished.note(transfer);
    },
    onProgress: (transfer) => unfinished.noteParts(transfer),
    onSessionEnd: () => leave("Your session has ended: sign in again. Your files are still in the list."),
  });
  let user: User | undefined; // kept when the session has ended, so that nobody else gets the files

  const forget = () => {
    list.clear();
    way.clear();
    unfinished.clear();
    signpost.forget();
  };
  const enter = (signedIn: User) => {
    // Nobody sees another's files, or goes on with them.
    if (!takeOwnership(signedIn.id) || (user && user.id !== signedIn.id)) forget();
    user = signedIn;
    byId("who").textContent = user.name;
    byId("who-avatar").textContent = user.name.slice(0, 1);
    show("files");
    unfinished.show();
    announce(`Signed in as ${user.name}.`);
    byId("picker").focus();
  };
  const signIn = new SignIn(auth, enter);
  const leave = (why: string) => {
    if (isShown("sign-in")) return; // another file has said so already
    show("sign-in");
    signIn.reopen(why);
  };

  byId("stack").textContent = stackName;
  byId("foot").textContent = local
    ? "A local run, from the stack's own template: nothing leaves this machine."
    : `Stack ${stackName} in ${config.region}. Files go from this browser to S3 and nowhere else.`;
  if (local) signIn.offer(local.users);
  openDropZone({ isOpen: () => isShown("files"), onFiles: (files) => list.add(files) });
  watchConnection();

  byId("sign-out").addEventListener("click", async () => {
    if (list.active > 0 && !(await confirmSignOut(list.active))) return;
    forget();
    takeOwnership("");
    user = undefined;
    leave("");
    await auth.signOut();
    announce("Signed out.");
  });
  addEventListener("beforeunload", (event) => {
    if (list.active > 0) event.preventDefault();
  });

  const known = await auth.restore();
  if (known) return enter(known);
  show("sign-in");
  signIn.open("");
}

function show(view: View): void {
  document.body.dataset["view"] = view;
  byId("sign-in").hidden = view !== "sign-in";
  byId("upload").hidden = view !== "files";
  byId("account").hidden = view !== "files";
}

function isShown(view: View): boolean {
  return document.body.dataset["view"] === view;
}

/** Says when the browser is offline. */
function watchConnection(): void {
  const update = () => (byId("offline").hidden = navigator.onLine);
  addEventListener("online", update);
  addEventListener("offline", update);
  update();
}

function confirmSignOut(active: number): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("confirm-sign-out");
  const files = count(active, "file is", "files are");
  byId("confirm-text").textContent = `${files} still under way. Signing out cancels ${active === 1 ? "it" : "them"}.`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "sign-out"), { once: true });
  });
}
