import type { IncomingMessage } from "node:http";
import type { Exchange } from "../browser/fault_proxy/exchange";
import { lastOf } from "./checks";

/** The requests for each file, to be told when something is wrong with it. Nothing in it is a credential. */
export class History {
  readonly #start = Date.now();
  readonly #ofFile = new Map<string, Exchange[]>();
  readonly #server: { at: number; line: string }[] = [];

  /** Files a request: S3's by its path, the API's by its body. */
  note(exchange: Exchange, from: IncomingMessage): void {
    if (!exchange.operation.startsWith("POST /")) return this.#add(exchange.path, exchange);
    let body = "";
    from.on("data", (bytes: Buffer) => (body += bytes));
    from.on("end", () => this.#add(nameIn(body), exchange));
  }

  /** Notes what becomes of the server, which concerns all files. */
  server(line: string): void {
    this.#server.push({ at: Date.now(), line });
  }

  /** A line for each request: when, what, and what became of it; between them, what became of the server. */
  of(name: string): string[] {
    const requests = (this.#ofFile.get(name) ?? []).map((exchange) => ({ at: exchange.at, line: lineOf(exchange) }));
    const [first, last] = [Math.min(...requests.map(({ at }) => at)), Math.max(...requests.map(({ at }) => at))];
    const meanwhile = this.#server.filter(({ at }) => at > first - 3000 && at < last + 1000);
    return [...requests, ...meanwhile]
      .sort((a, b) => a.at - b.at)
      .map(({ at, line }) => `${((at - this.#start) / 1000).toFixed(2).padStart(8)} s  ${line}`);
  }

  #add(path: string, exchange: Exchange): void {
    const name = lastOf(path);
    const before = this.#ofFile.get(name);
    if (before) before.push(exchange);
    else this.#ofFile.set(name, [exchange]);
  }
}

function lineOf({ method, operation, path, partNumber, bytes, status, fault }: Exchange): string {
  const s3Operation = operation.startsWith("POST /") ? "" : operation;
  const what = [method, path.split("/").slice(-2).join("/"), s3Operation, partNumber].filter(Boolean).join(" ");
  return `${what}, ${bytes} B: ${fault ? `fault: ${fault}, ` : ""}${status ?? "no answer"}`;
}

function nameIn(body: string): string {
  try {
    const { filename, key } = JSON.parse(body);
    return String(filename ?? key);
  } catch {
    return ""; // it was cut on the way
  }
}
