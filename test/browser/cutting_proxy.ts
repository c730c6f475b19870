import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP proxy between the browser and the local run that can cut a PUT in the middle of its body. */
export class CuttingProxy {
  /** How many of the next PUTs to cut. */
  cuts = 0;
  private readonly server = createServer((from, to) => this.forward(from, to));

  /** Listens on a free port of loopback. */
  async listen(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private forward(from: IncomingMessage, to: ServerResponse): void {
    const upstream = request(from.url ?? "", { method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(to);
    });
    upstream.on("error", () => to.destroy());
    from.on("error", () => upstream.destroy());
    from.on("close", () => from.complete || upstream.destroy());
    from.pipe(upstream);
    if (from.method === "PUT" && this.cuts > 0) {
      this.cuts--;
      from.once("data", () => {
        upstream.destroy();
        from.socket.destroy();
      });
    }
  }
}
