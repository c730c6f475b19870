import type { IncomingMessage } from "node:http";
import type { Exchange } from "../browser/fault_proxy/exchange";
import { baseName } from "./checks";

/**
 * The requests for each file, to print if something is wrong with it. It contains no credentials.
 */
export class History {
  readonly #start = Date.now();
  readonly #ofFile = new Map<string, Exchange[]>();
  readonly #serverEvents: { time: number; line: string }[] = [];

  /**
   * Records a request. Requests to S3 name the file in their path, those to the API in their body.
   */
  addRequest(exchange: Exchange, from: IncomingMessage): void {
    if (!exchange.operation.startsWith("POST /")) return this.#add(exchange.path, exchange);
    let body = "";
    from.on("data", (bytes: Buffer) => (body += bytes));
    from.on("end", () => this.#add(nameIn(body), exchange));
  }

  /** Records an event of the server, which concerns all files. */
  addServerEvent(line: string): void {
    this.#serverEvents.push({ time: Date.now(), line });
  }

  /**
   * A line for each request for the file, and for the server's events meanwhile, in the order of
   * time.
   */
  linesFor(name: string): string[] {
    const requests = (this.#ofFile.get(name) ?? []).map((exchange) => ({ time: exchange.time, line: lineOf(exchange) }));
    const [first, last] = [Math.min(...requests.map(({ time }) => time)), Math.max(...requests.map(({ time }) => time))];
    const meanwhile = this.#serverEvents.filter(({ time }) => time > first - 3000 && time < last + 1000);
    return [...requests, ...meanwhile]
      .sort((a, b) => a.time - b.time)
      .map(({ time, line }) => `${((time - this.#start) / 1000).toFixed(2).padStart(8)} s  ${line}`);
  }

  #add(path: string, exchange: Exchange): void {
    const name = baseName(path);
    const earlier = this.#ofFile.get(name);
    if (earlier) earlier.push(exchange);
    else this.#ofFile.set(name, [exchange]);
  }
}

function lineOf({ method, operation, path, partNumber, bytes, status, fault }: Exchange): string {
  const s3Operation = operation.startsWith("POST /") ? "" : operation;
  const name = [method, path.split("/").slice(-2).join("/"), s3Operation, partNumber].filter(Boolean).join(" ");
  return `${name}, ${bytes} B: ${fault ? `fault: ${fault}, ` : ""}${status ?? "no response"}`;
}

function nameIn(body: string): string {
  try {
    const { filename, key } = JSON.parse(body);
    return String(filename ?? key);
  } catch {
    return ""; // The body was cut.
  }
}
