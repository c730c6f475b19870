// The pages of the provider: sign in, sign out, and errors. They have no script but the one that
// ends a sign-out.
import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { errors } from "oidc-provider";

const style = readFileSync(new URL("style.css", import.meta.url), "utf8");
const signOutScript = "document.forms[0].requestSubmit(document.querySelector('[name=logout]'))";

/** The largest form, in bytes. */
const maxForm = 8 << 10;

/**
 * Middleware that sets the headers of every response. Chromium applies form-action also to where
 * the response to a form redirects (w3c/webappsec-csp#8), so the page's origins are in it.
 *
 * @param {import("./configuration.mjs").Settings} settings
 */
export function headers({ pages }) {
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(signOutScript)}`,
    `form-action 'self' ${pages.map((page) => new URL(page).origin).join(" ")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
  return async (ctx, next) => {
    ctx.set("Content-Security-Policy", policy);
    ctx.set("X-Content-Type-Options", "nosniff");
    ctx.set("Referrer-Policy", "no-referrer");
    await next();
  };
}

/**
 * Middleware that serves the sign-in page, and checks the password. A request belongs to a sign-in
 * by oidc-provider's cookie, which no page of another site can send.
 *
 * @param {import("oidc-provider").Provider} provider
 * @param {import("./configuration.mjs").Settings} settings
 */
export function serveSignIn(provider, settings) {
  return async (ctx, next) => {
    const uid = /^\/interaction\/([\w-]+)$/.exec(ctx.path)?.[1];
    if (!uid) return next();
    ctx.set("Cache-Control", "no-store");
    try {
      const interaction = await provider.interactionDetails(ctx.req, ctx.res);
      if (interaction.uid !== uid) throw new errors.SessionNotFound();
      const finish = async (result) => {
        ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
        ctx.status = 303; // so that the browser doesn't send the form there
      };
      if (interaction.prompt.name === "consent") return await finish({ consent: {} }); // grantAll gives it
      if (ctx.method !== "POST") return signInPage(ctx, settings, { username: interaction.params.login_hint });
      await answer(ctx, settings, finish);
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      ctx.status = 400;
      messagePage(ctx, settings, "This sign-in is over", "It was finished, cancelled or left for too long. Go back to the page and sign in again.");
    }
  };
}

/** Answers the form of the sign-in page. */
async function answer(ctx, settings, finish) {
  const form = await readForm(ctx.req);
  if (form.has("cancel")) return finish({ error: "access_denied", error_description: "the user cancelled the sign-in" });
  const username = form.get("username") ?? "";
  const user = settings.users.find((user) => user.username === username.trim().toLowerCase());
  if (user && isSame(user.password, form.get("password") ?? "")) return finish({ login: { accountId: user.subject } });
  ctx.status = 400;
  signInPage(ctx, settings, { username, error: "This email and password don't match. Try again." });
}

async function readForm(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    if ((text += chunk).length > maxForm) throw new errors.InvalidRequest("the form is too large");
  }
  return new URLSearchParams(text);
}

function isSame(one, two) {
  const [a, b] = [one, two].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(a, b);
}

function signInPage(ctx, { users }, { username = "", error = "" }) {
  page(ctx, "Sign in", `
    <p class="lead">This is the issuer of the local run, which stands in for yours.</p>
    ${error && `<p class="error" role="alert">${escaped(error)}</p>`}
    <p>This local run has two users. Click one to sign in.</p>
    <div class="users">${users.map(userButton).join("")}</div>
    <p class="or">or with email and password</p>
    <form method="post">
      <label for="username">Email</label>
      <input id="username" name="username" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${escaped(username)}">
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required${error ? ' aria-invalid="true" autofocus' : ""}>
      <p class="actions"><button class="main">Sign in</button> <button name="cancel" value="yes" formnovalidate>Cancel</button></p>
    </form>`);
}

/** A form that is filled in. The page of a local run on Cognito has such buttons too. */
function userButton({ name, username, password }) {
  return `<form method="post">
    <input type="hidden" name="username" value="${escaped(username)}">
    <input type="hidden" name="password" value="${escaped(password)}">
    <button>${escaped(name)}<small>${escaped(username)}</small></button>
  </form>`;
}

/**
 * oidc-provider's logoutSource. "OpenID Connect RP-Initiated Logout 1.0" (2) demands a question if
 * the request doesn't name the user who is signed in by an ID token. Otherwise the page submits
 * itself.
 */
export function signOutPage(ctx, form) {
  if (!form) return page(ctx, "Signed out", "<p>You are signed out at the issuer. You can close this page.</p>");
  const { IdTokenHint } = ctx.oidc.entities;
  const isAsked = IdTokenHint?.payload.sub === ctx.oidc.session.accountId;
  page(ctx, "Sign out", `
    <p>Do you want to sign out at the issuer of the local run?</p>
    ${form}
    <p class="actions">
      <button class="main" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
      <button form="op.logoutForm">Stay signed in</button>
    </p>
    ${isAsked ? `<script>${signOutScript}</script>` : ""}`);
}

/**
 * oidc-provider's renderError, for requests that can't be answered at a client's redirect URI.
 *
 * @param {import("./configuration.mjs").Settings} settings
 */
export function errorPage(settings) {
  return (ctx, { error, error_description: description }) =>
    messagePage(ctx, settings, "The issuer can't do this", description ? `${error}: ${description}.` : `${error}.`);
}

function messagePage(ctx, { pages }, title, text) {
  page(ctx, title, `<p>${escaped(text)}</p><p><a href="${escaped(pages[0])}">Go back to the page</a></p>`);
}

function page(ctx, title, body) {
  ctx.type = "html";
  ctx.body = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${escaped(title)} · local issuer</title>
  <style>${style}</style>
</head>
<body>
  <main>
    <h1>${escaped(title)}</h1>
    ${body}
  </main>
</body>
</html>
`;
}

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text) {
  return String(text).replace(/[&<>"']/g, (character) => entities[character]);
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
