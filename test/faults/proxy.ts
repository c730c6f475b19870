import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Random } from "./random.ts";

/** What can happen to a connection. */
const faults = ["refuse", "cut", "stall", "lose answer", "503"] as const;
export type Fault = (typeof faults)[number];

const slowDown =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

/** A proxy that tunnels (CONNECT), and spoils connections at random. */
export class Proxy {
  /** How often each fault struck. */
  readonly struck = new Map<Fault, number>(faults.map((fault) => [fault, 0]));
  /** Addresses whose connections are let through. */
  readonly spared = new Set<string>();
  /** One connection in so many is spoilt; 0: none. */
  oneIn = 0;
  /** ms that a stall lasts. */
  stall = 3000;

  readonly #random: Random;
  readonly #server = createServer((_, answer) => answer.writeHead(501).end());

  constructor(random: Random) {
    this.#random = random;
    this.#server.on("connect", (request, client, head) => this.#tunnel(request.url ?? "", client, head));
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #tunnel(address: string, client: Duplex, head: Buffer): void {
    client.on("error", () => client.destroy());
    const isSpoilt = this.oneIn > 0 && !this.spared.has(address) && this.#random.oneIn(this.oneIn);
    const fault = isSpoilt ? faults[this.#random.below(faults.length)] : undefined;
    if (fault) this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
    if (fault === "refuse") return void client.destroy();
    const [host, port] = address.split(":");
    const server = connect(Number(port), host);
    server.on("error", () => client.destroy());
    server.on("close", () => client.end());
    client.on("close", () => server.end()); // in good order: easily taken for the end of the body
    server.on("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) server.write(head);
      this.#pass(fault, client, server);
    });
  }

  #pass(fault: Fault | undefined, client: Duplex, server: Socket): void {
    let left = this.#random.below(12 << 20);
    client.on("data", (bytes: Buffer) => {
      if (fault === "503") {
        client.end(
          "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n" +
            `Content-Length: ${slowDown.length}\r\n\r\n${slowDown}`,
        );
        return server.destroy();
      }
      left -= bytes.length;
      if (left < 0 && fault === "cut") {
        server.end();
        return client.destroy();
      }
      if (left < 0 && fault === "stall") {
        client.pause();
        return void setTimeout(() => client.destroy(), this.stall);
      }
      if (!server.write(bytes)) client.pause();
    });
    server.on("drain", () => client.resume());
    server.on("data", (bytes: Buffer) => {
      if (fault === "lose answer") return client.destroy();
      client.write(bytes);
    });
  }
}
