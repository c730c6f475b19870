import { type ClientRequest, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const cutAfter = 1 << 20; // bytes: more than the buffers on the way hold

/** Ends both sides. The server sees an orderly end of the connection, which is easily taken for the end of the file. */
function cut(from: IncomingMessage, upstream: ClientRequest): void {
  from.unpipe(upstream);
  upstream.socket?.end();
  from.socket.destroy();
}

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
    from.pipe(upstream);
    if (from.method === "PUT" && this.cuts > 0) {
      this.cuts--;
      let seen = 0;
      from.on("data", (bytes: Buffer) => {
        seen += bytes.length;
        if (seen > cutAfter) cut(from, upstream);
      });
    } else {
      from.on("close", () => from.complete || upstream.destroy());
    }
  }
}
