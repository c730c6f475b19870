// An OpenID Connect provider for the local run: oidc-provider, with the users and clients of its
// configuration file. The argument is the path of that file; its folder has everything that is
// kept.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import Provider from "oidc-provider";
import { configure } from "./configuration.mjs";
import { headers, serveSignIn } from "./sign_in.mjs";

// The files have keys and passwords in them, so only their owner may read them.
process.umask(0o077);

// The parent's end, however it ends, closes the pipe and ends this process.
process.stdin.resume().on("close", () => process.exit(0));

const file = process.argv[2];
const settings = JSON.parse(readFileSync(file, "utf8"));
const folder = dirname(file);

const provider = new Provider(settings.issuer, configure(settings, folder));
provider.use(headers(settings));
provider.use(serveSignIn(provider, settings));
// A request's body may have a password or a token in it, so only the error itself is written.
provider.on("server_error", (_, error) => appendFileSync(join(folder, "errors.log"), `${new Date().toISOString()} ${error.stack}\n`));

createServer(provider.callback()).listen(settings.socket);
