// Each fault of the proxy, as the server and the client see it.
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { type Fault, FaultProxy } from "./fault_proxy";
import { slowDown } from "./faults";

const answerBody = "a".repeat(1000);
const requestBody = Buffer.alloc(300_000, "b");

/** What one side received: the server of the request, the client of the response. */
interface Received {
  status: number | undefined;
  bytes: number;
  /** Whether all of it arrived, the connection ended before that, or it is still open. */
  end: "complete" | "cut" | "open";
}

let server: Server;
let faultProxy: FaultProxy;
let requests: Received[];

test.beforeEach(async () => {
  requests = [];
  server = createServer((from, to) => {
    const received: Received = { status: undefined, bytes: 0, end: "open" };
    requests.push(received);
    observe(from, received);
    from.on("end", () => to.end(answerBody));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  faultProxy = new FaultProxy();
  await faultProxy.listen();
});

test.afterEach(() => {
  faultProxy.close();
  server.closeAllConnections();
  server.close();
});

const wholeResponse: Partial<Received> = { status: 200, bytes: answerBody.length, end: "complete" };
const wholeRequest: Partial<Received> = { bytes: requestBody.length, end: "complete" };

for (const [fault, client, atServer] of [
  [undefined, wholeResponse, wholeRequest],
  [{ kind: "refuse" }, { status: undefined, end: "cut" }, undefined],
  [{ kind: "cut", after: 100_001 }, { status: undefined, end: "cut" }, { bytes: 100_001, end: "cut" }],
  [{ kind: "cut", after: 0 }, { status: undefined, end: "cut" }, { bytes: 0, end: "cut" }],
  [{ kind: "reset", after: 100_001 }, { status: undefined, end: "cut" }, { end: "cut" }],
  [{ kind: "stall", after: 100_001 }, { status: undefined, end: "open" }, { bytes: 100_001, end: "open" }],
  [{ kind: "lose answer" }, { status: undefined, end: "cut" }, wholeRequest],
  [{ kind: "cut answer", after: 10 }, { status: 200, bytes: 10, end: "cut" }, wholeRequest],
  [{ kind: "cut answer", after: 5000 }, { status: 200, bytes: answerBody.length - 1, end: "cut" }, wholeRequest],
  [{ kind: "stall answer", after: 10 }, { status: 200, bytes: 10, end: "open" }, wholeRequest],
  [{ kind: "hold", until: () => sleep(1) }, wholeResponse, wholeRequest],
  [slowDown, { status: 503, end: "complete" }, undefined],
] satisfies [Fault | undefined, Partial<Received>, Partial<Received> | undefined][]) {
  test(fault ? `${fault.kind}${"after" in fault ? ` after ${fault.after} B` : ""}` : "no fault", async () => {
    faultProxy.chooseFault = () => fault;
    const response = send("PUT");
    await expect.poll(() => response, { message: "what the client receives" }).toMatchObject(client);
    const expected = atServer ? [expect.objectContaining(atServer)] : [];
    await expect.poll(() => requests, { message: "what the server receives" }).toEqual(expected);
    expect(faultProxy.exchanges.map((exchange) => exchange.fault)).toEqual([fault?.kind]);
    const status = client.end === "complete" ? client.status : undefined;
    expect(faultProxy.exchanges[0]!.status, "the status that the proxy recorded").toBe(status);
  });
}

for (const [kind, client, atServer] of [
  ["reset", "ECONNRESET", "ECONNRESET"],
  ["cut", "end", "HPE_INVALID_EOF_STATE"],
] as const) {
  test(`how a connection ends by ${kind}`, async () => {
    faultProxy.chooseFault = () => ({ kind, after: 10 });
    const seen: (string | undefined)[] = [];
    server.on("clientError", (error: NodeJS.ErrnoException) => seen.push(`server: ${error.code}`));
    const { hostname, port } = new URL(faultProxy.url);
    const socket = connect(Number(port), hostname);
    socket.on("end", () => seen.push("client: end"));
    socket.on("error", (error: NodeJS.ErrnoException) => seen.push(`client: ${error.code}`));
    socket.write(`PUT ${target()} HTTP/1.1\r\nHost: s3\r\nContent-Length: 100\r\n\r\n${"b".repeat(50)}`);
    await expect.poll(() => seen.toSorted()).toEqual([`client: ${client}`, `server: ${atServer}`]);
    socket.destroy();
  });
}

test("a connection that the server closes during its response is closed for the client too", async () => {
  server.removeAllListeners("request");
  server.on("request", (_, to) => {
    to.writeHead(200, { "Content-Length": 1000 });
    to.write("a".repeat(10), () => to.socket?.resetAndDestroy());
  });
  const response = send("GET");
  await expect.poll(() => response.end).toBe("cut");
});

test("a chosen fault applies to preflights, and they are not recorded", async () => {
  faultProxy.chooseFault = ({ method }) => (method === "OPTIONS" ? { kind: "refuse" } : undefined);
  const preflight = send("OPTIONS");
  await expect.poll(() => preflight.end).toBe("cut");
  expect(requests).toEqual([]);
  expect(faultProxy.exchanges).toEqual([]);
});

test("a an injected before what is chosen", async () => {
  faultProxy.chooseFault = () => ({ kind: "refuse" });
  faultProxy.injectFault("PutObject", slowDown);
  const response = send("PUT");
  await expect.poll(() => response.status).toBe(503);
});

/** Sends a request through the proxy, with a body if the method is PUT. */
function send(method: string): Received {
  const path = target();
  const received: Received = { status: undefined, bytes: 0, end: "open" };
  const headers = method === "PUT" ? { "Content-Length": requestBody.length } : {};
  const outgoing = request(faultProxy.url, { method, path, agent: false, headers });
  outgoing.on("response", (answer) => {
    received.status = answer.statusCode;
    observe(answer, received);
  });
  outgoing.on("error", () => {
    if (received.end === "open") received.end = "cut";
  });
  outgoing.end(method === "PUT" ? requestBody : undefined);
  return received;
}

function target(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/key?X-Amz-Signature=s`;
}

function observe(message: IncomingMessage, received: Received): void {
  message.on("data", (bytes: Buffer) => (received.bytes += bytes.length));
  message.on("end", () => (received.end = "complete"));
  message.on("error", () => (received.end = "cut"));
}
