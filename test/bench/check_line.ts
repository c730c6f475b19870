// What a shaped line really gives.
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Measurements of a line. */
export interface LineCheck {
  /** The median time of a request on a connection that was open already, in ms. */
  roundTrip: number;
  /** The rate of one upload, in bytes a second. */
  one: number;
  /** The rate of six simultaneous uploads together, in bytes a second. */
  six: number;
}

/** Sends plain requests through a proxy to a server that only reads them. */
export async function checkLine(proxy: string): Promise<LineCheck> {
  const server = createServer((from, to) => {
    from.resume();
    from.once("end", () => to.end());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  try {
    const send = (bytes: number) => put(proxy, target, agent, Buffer.alloc(bytes));
    const six = () => Promise.all(Array.from({ length: 6 }, () => send(16e6)));
    await Promise.all(Array.from({ length: 6 }, () => send(1))); // opens the connections
    const times: number[] = [];
    for (let i = 0; i < 21; i++) times.push(await timeOf(() => send(1)));
    const roundTrip = times.sort((a, b) => a - b)[10]!;
    return { roundTrip, one: 16e9 / (await timeOf(() => send(16e6))), six: 96e9 / (await timeOf(six)) };
  } finally {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  }
}

function put(proxy: string, target: string, agent: Agent, body: Buffer): Promise<void> {
  const { hostname, port } = new URL(proxy);
  const headers = { Host: new URL(target).host, "Content-Length": body.length };
  return new Promise((done, failed) => {
    const sent = request({ hostname, port, path: target, method: "PUT", headers, agent }, (response) => {
      response.resume().once("end", done).once("error", failed);
    });
    sent.once("error", failed).end(body);
  });
}

/** Returns how long it takes, in ms. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
