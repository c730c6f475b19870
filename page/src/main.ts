import { Signpost } from "signpost-client";
import { announce } from "./announce.ts";
import { type Config, loadConfig } from "./config.ts";
import { byId } from "./dom.ts";
import { toFailure } from "./error_messages.ts";
import { openDropZone, showProblems } from "./files/drop_zone.ts";
import { FileList } from "./files/file_list.ts";
import { KindChoice } from "./files/kind_choice.ts";
import { LimitsView } from "./files/limits_view.ts";
import type { ChosenFile, UploadAs } from "./files/transfer.ts";
import { UnfinishedFiles } from "./files/unfinished.ts";
import { count } from "./format.ts";
import { disableResourceTimingBuffer } from "./resource_timing.ts";
import { loadSignIn, type User } from "./sign_in/auth.ts";
import { takeOwnership } from "./sign_in/owner.ts";
import { SignpostBoards } from "./signpost_boards.ts";
import { Views } from "./your_files/views.ts";
import { YourFiles } from "./your_files/your_files.ts";

type View = "starting" | "sign-in" | "files";

disableResourceTimingBuffer();
try {
  await start(await loadConfig());
} catch (error) {
  byId("start-error").hidden = false;
  byId("start-error").textContent = toFailure(error).sentence;
}

async function start(config: Config): Promise<void> {
  const { apiUrl, stackName, local } = config;
  const { auth, card } = await loadSignIn(config, (signedIn) => enter(signedIn));
  const signpost = new Signpost({ apiUrl, token: (options) => auth.token(options) });
  const boards = new SignpostBoards(config);
  const unfinished = new UnfinishedFiles(() => signpost.forget());
  const list = new FileList({
    signpost,
    apiUrl,
    onState: (transfer) => {
      if (transfer.state === "stored") yourFiles.add(transfer);
      boards.update(transfer);
      unfinished.record(transfer);
    },
    onProgress: (transfer) => unfinished.recordParts(transfer),
    onSessionEnd: () => {
      const next = auth.leavesPage ? "Then add again the files that are not stored." : "Your files are still in the list.";
      leave(`Your session has ended. Sign in again. ${next}`);
    },
  });
  const yourFiles = new YourFiles({
    signpost,
    apiUrl,
    onDeleted: (keys) => list.forget(keys),
    onSessionEnd: () => leave("Your session has ended. Sign in again."),
  });
  const views = new Views((name) => name === "your-files" && yourFiles.open());
  const choice = new KindChoice();
  const limits = new LimitsView({
    signpost,
    apiUrl,
    onKnown: (known) => {
      choice.offer(known.kinds);
      yourFiles.offer(known);
      views.offer(known.features.listings);
      const last = unfinished.find();
      if (last) choice.choose(last.kind, last.metadata);
    },
    onSessionEnd: () => leave("Your session has ended. Sign in again."),
  });
  let user: User | undefined; // Still set after the session has ended: the list is this user's.

  const forget = () => {
    list.clear();
    yourFiles.clear();
    views.offer(false);
    limits.clear();
    choice.clear();
    boards.clear();
    unfinished.clear();
    signpost.forget();
  };
  const enter = (signedIn: User) => {
    // A user must not see or resume the uploads of another one.
    if (!takeOwnership(signedIn.id) || (user && user.id !== signedIn.id)) forget();
    user = signedIn;
    byId("who").textContent = user.name;
    byId("who-avatar").textContent = user.name.slice(0, 1);
    show("files");
    unfinished.show();
    void limits.ask();
    announce(`Signed in as ${user.name}.`);
    byId(views.isOpen("upload") ? "picker" : "your-files-title").focus();
  };
  /** Uploads files as what is chosen; those that an earlier page left unfinished, as what they were. */
  const add = (files: ChosenFile[], chosen: UploadAs | undefined) => {
    const isComplete = Object.values(chosen?.metadata ?? {}).every(Boolean);
    const added = files.flatMap((file) => {
      const earlier = unfinished.find(file.file);
      const kind = earlier && choice.find(earlier.kind);
      const as = kind ? choice.as(kind, earlier.metadata) : isComplete && chosen;
      return as ? [{ ...file, as }] : [];
    });
    if (added.length < files.length) showProblems([choice.missing()]);
    list.add(added);
  };
  const leave = (reason: string) => {
    if (isShown("sign-in")) return; // Another file's error has already shown it.
    show("sign-in");
    card.reopen(reason);
  };

  byId("stack").textContent = stackName;
  byId("foot").textContent = local
    ? "This is a local run of the stack's template. Nothing leaves this machine."
    : `Stack ${stackName} in ${config.region}. Files go directly from this browser to S3.`;
  openDropZone({
    isOpen: () => isShown("files") && limits.isOpen,
    missing: () => choice.missing(),
    receive: () => {
      views.open("upload");
      const chosen = choice.current;
      return (files) => limits.whenKnown(() => add(files, chosen ?? choice.current));
    },
  });
  watchConnection();

  byId("upload-first").addEventListener("click", () => {
    views.open("upload");
    byId("picker").focus();
  });
  byId("sign-out").addEventListener("click", async () => {
    if (list.active + yourFiles.unsent > 0 && !(await confirmSignOut(list.active, yourFiles.unsent))) return;
    forget();
    takeOwnership("");
    user = undefined;
    leave("");
    const failure = await auth.signOut().then(() => undefined, toFailure);
    if (failure) card.reopen(failure.sentence);
    else announce("Signed out.");
  });
  addEventListener("beforeunload", (event) => {
    if (list.active + yourFiles.unsent > 0) event.preventDefault();
  });

  try {
    const restored = await auth.restore();
    if (restored) return enter(restored);
    show("sign-in");
    card.open("");
  } catch (error) {
    show("sign-in");
    card.reopen(toFailure(error).sentence);
  }
}

function show(view: View): void {
  document.body.dataset["view"] = view;
  byId("sign-in").hidden = view !== "sign-in";
  byId("signed-in").hidden = view !== "files";
  byId("account").hidden = view !== "files";
}

function isShown(view: View): boolean {
  return document.body.dataset["view"] === view;
}

/** Shows a notice while the browser is offline. */
function watchConnection(): void {
  const update = () => (byId("offline").hidden = navigator.onLine);
  addEventListener("online", update);
  addEventListener("offline", update);
  update();
}

/** Asks before uploads are cancelled, and deletions that have not been sent are dropped. */
function confirmSignOut(uploads: number, deletions: number): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("confirm-sign-out");
  const texts: string[] = [];
  const [uploading, deleting] = [uploads, deletions].map((files) => count(files, "file is", "files are"));
  if (uploads > 0) texts.push(`${uploading} still uploading. Signing out cancels ${uploads === 1 ? "it" : "them"}.`);
  if (deletions > 0) texts.push(`${deleting} not deleted yet. Signing out may keep ${deletions === 1 ? "it" : "them"}.`);
  byId("confirm-text").textContent = texts.join(" ");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "sign-out"), { once: true });
  });
}
