// A receiver of Signpost's webhook. docs/webhooks.md says what it must do and why; receiver.go is the
// same in Go.
//
//   WEBHOOK_SECRET="$(cat .local/webhook-secret)" node docs/webhooks/receiver.mjs   # listens on 127.0.0.1:3000
//
// It keeps what it has seen in memory. Keep that in your database instead, or a restart lets events
// through twice.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { WEBHOOK_SECRET = "", PORT = "3000", BACKLOG = "1000" } = process.env;

// Two secrets while the secret is changed, with a space between them.
const secrets = WEBHOOK_SECRET.split(/\s+/).filter(Boolean).map(hash);
if (secrets.length === 0) throw new Error("WEBHOOK_SECRET is not set: without it, anybody could post events");

// Answers at once: EventBridge waits for 5 seconds. It tries again after 401, 407, 409, 429 and 5xx,
// and gives an event up after any other status that isn't 2xx.
const server = createServer(async (request, response) => {
  if (request.method !== "POST") return answer(response, 405, "only POST");
  if (!isKnown(request.headers["x-webhook-secret"])) return answer(response, 401, "wrong secret");
  const event = await read(request);
  if (!isEvent(event)) return answer(response, 400, "not an event");
  if (!accept(event)) return answer(response, 503, "busy", { "Retry-After": "10" });
  answer(response, 204);
});

function answer(response, status, text, headers) {
  response.writeHead(status, headers).end(text);
}

// Compares in constant time. The hashes have one length, so that the secret's isn't told.
function isKnown(secret) {
  const given = hash(secret ?? "");
  return secrets.map((own) => timingSafeEqual(own, given)).includes(true);
}

function hash(text) {
  return createHash("sha256").update(text).digest();
}

// The body as JSON, or nothing if it is something else or too long.
async function read(request) {
  const parts = [];
  let length = 0;
  try {
    for await (const part of request) {
      if ((length += part.length) > 65_536) return undefined;
      parts.push(part);
    }
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    return undefined;
  }
}

function isEvent(event) {
  const { key, sequencer = "" } = event ?? {};
  return typeof key === "string" && key !== "" && typeof sequencer === "string";
}

const work = [];
const stored = new Map(); // the newest sequencer, by key
const scanned = new Map(); // the result, by key and version

// Puts an event into work, unless it is old or of a type that isn't known here. Returns false if
// there is no room for it: then EventBridge has to try again.
function accept(event) {
  const { type, key, versionId, sequencer = "", scan } = event;
  let [seen, id, mark] = [stored, key, sequencer];
  if (type === "upload.stored") {
    if (seen.has(id) && !isLater(mark, seen.get(id))) return true;
  } else if (type === "upload.scanned") {
    [seen, id, mark] = [scanned, `${key} ${versionId}`, scan];
    if (seen.get(id) === mark) return true;
  } else return true;
  if (work.length >= Number(BACKLOG)) return false;
  seen.set(id, mark);
  work.push(event);
  return true;
}

// Compares two sequencers of one key. They are hexadecimal and may differ in length: "right pad the
// shorter value with zeros, and then do a lexicographical comparison" ("Event message structure",
// Amazon S3 User Guide).
function isLater(one, other) {
  const length = Math.max(one.length, other.length);
  return one.padEnd(length, "0") > other.padEnd(length, "0");
}

// The real work, apart from the requests: it may take its time.
setInterval(() => {
  for (const { type, key, scan } of work.splice(0)) console.log(type, key, scan ?? "");
}, 20);

server.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
