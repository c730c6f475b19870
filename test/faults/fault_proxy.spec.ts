// Each fault of the proxy really happens, as the server and whoever asks see it.
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { type Fault, FaultProxy } from "../browser/fault_proxy/fault_proxy";
import { slowDown } from "../browser/fault_proxy/faults";

const answerBody = "a".repeat(1000);
const sent = Buffer.alloc(300_000, "b");

/** What one side saw: the server of the request, the client of the answer. */
interface Seen {
  status: number | undefined;
  bytes: number;
  /** "all" came, the connection "ended" before that, or it is still "open". */
  how: "all" | "ended" | "open";
}

let server: Server;
let line: FaultProxy;
let arrived: Seen[];

test.beforeEach(async () => {
  arrived = [];
  server = createServer((from, to) => {
    const seen: Seen = { status: undefined, bytes: 0, how: "open" };
    arrived.push(seen);
    watch(from, seen);
    from.on("end", () => to.end(answerBody));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  line = new FaultProxy();
  await line.listen();
});

test.afterEach(() => {
  line.close();
  server.closeAllConnections();
  server.close();
});

const whole: Partial<Seen> = { status: 200, bytes: answerBody.length, how: "all" };
const arrivedWhole: Partial<Seen> = { bytes: sent.length, how: "all" };

for (const [fault, client, atServer] of [
  [undefined, whole, arrivedWhole],
  [{ kind: "refuse" }, { status: undefined, how: "ended" }, undefined],
  [{ kind: "cut", after: 100_001 }, { status: undefined, how: "ended" }, { bytes: 100_001, how: "ended" }],
  [{ kind: "cut", after: 0 }, { status: undefined, how: "ended" }, { bytes: 0, how: "ended" }],
  [{ kind: "reset", after: 100_001 }, { status: undefined, how: "ended" }, { how: "ended" }],
  [{ kind: "stall", after: 100_001 }, { status: undefined, how: "open" }, { bytes: 100_001, how: "open" }],
  [{ kind: "lose answer" }, { status: undefined, how: "ended" }, arrivedWhole],
  [{ kind: "cut answer", after: 10 }, { status: 200, bytes: 10, how: "ended" }, arrivedWhole],
  [{ kind: "cut answer", after: 5000 }, { status: 200, bytes: answerBody.length - 1, how: "ended" }, arrivedWhole],
  [{ kind: "stall answer", after: 10 }, { status: 200, bytes: 10, how: "open" }, arrivedWhole],
  [{ kind: "hold", until: () => sleep(1) }, whole, arrivedWhole],
  [slowDown, { status: 503, how: "all" }, undefined],
] satisfies [Fault | undefined, Partial<Seen>, Partial<Seen> | undefined][]) {
  test(fault ? `${fault.kind}${"after" in fault ? ` after ${fault.after} B` : ""}` : "no fault", async () => {
    line.choose = () => fault;
    const seen = ask("PUT");
    await expect.poll(() => seen, { message: "what the client sees" }).toMatchObject(client);
    const wanted = atServer ? [expect.objectContaining(atServer)] : [];
    await expect.poll(() => arrived, { message: "what the server sees" }).toEqual(wanted);
    expect(line.exchanges.map((exchange) => exchange.fault)).toEqual([fault?.kind]);
    const answered = client.how === "all" ? client.status : undefined;
    expect(line.exchanges[0]!.status, "the proxy's own note of the answer").toBe(answered);
  });
}

for (const [kind, client, atServer] of [
  ["reset", "ECONNRESET", "ECONNRESET"],
  ["cut", "end", "HPE_INVALID_EOF_STATE"],
] as const) {
  test(`how a connection looks that is ${kind}`, async () => {
    line.choose = () => ({ kind, after: 10 });
    const seen: (string | undefined)[] = [];
    server.on("clientError", (error: NodeJS.ErrnoException) => seen.push(`server: ${error.code}`));
    const { hostname, port } = new URL(line.url);
    const socket = connect(Number(port), hostname);
    socket.on("end", () => seen.push("client: end"));
    socket.on("error", (error: NodeJS.ErrnoException) => seen.push(`client: ${error.code}`));
    socket.write(`PUT ${target()} HTTP/1.1\r\nHost: s3\r\nContent-Length: 100\r\n\r\n${"b".repeat(50)}`);
    await expect.poll(() => seen.toSorted()).toEqual([`client: ${client}`, `server: ${atServer}`]);
    socket.destroy();
  });
}

test("a server that dies in the middle of its answer ends the client's too", async () => {
  server.removeAllListeners("request");
  server.on("request", (_, to) => {
    to.writeHead(200, { "Content-Length": 1000 });
    to.write("a".repeat(10), () => to.socket?.resetAndDestroy());
  });
  const seen = ask("GET");
  await expect.poll(() => seen.how).toBe("ended");
});

test("a preflight meets a fault that is chosen, and is not noted", async () => {
  line.choose = ({ method }) => (method === "OPTIONS" ? { kind: "refuse" } : undefined);
  const preflight = ask("OPTIONS");
  await expect.poll(() => preflight.how).toBe("ended");
  expect(arrived).toEqual([]);
  expect(line.exchanges).toEqual([]);
});

test("a trap goes before what is chosen", async () => {
  line.choose = () => ({ kind: "refuse" });
  line.catch("PutObject", slowDown);
  const seen = ask("PUT");
  await expect.poll(() => seen.status).toBe(503);
});

/** Asks the server by way of the proxy, with a body where the method has one. */
function ask(method: string): Seen {
  const path = target();
  const seen: Seen = { status: undefined, bytes: 0, how: "open" };
  const headers = method === "PUT" ? { "Content-Length": sent.length } : {};
  const asked = request(line.url, { method, path, agent: false, headers });
  asked.on("response", (answer) => {
    seen.status = answer.statusCode;
    watch(answer, seen);
  });
  asked.on("error", () => {
    if (seen.how === "open") seen.how = "ended";
  });
  asked.end(method === "PUT" ? sent : undefined);
  return seen;
}

function target(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/key?X-Amz-Signature=s`;
}

function watch(message: IncomingMessage, seen: Seen): void {
  message.on("data", (bytes: Buffer) => (seen.bytes += bytes.length));
  message.on("end", () => (seen.how = "all"));
  message.on("error", () => (seen.how = "ended"));
}
