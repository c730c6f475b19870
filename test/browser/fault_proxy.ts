import { type ClientRequest, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Transform, type TransformCallback } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, type Exchange } from "./exchange";

/** What can go wrong on the way. */
export type Fault =
  /** Both sides end after so many bytes of the body, in good order: easily taken for the end of the file. */
  | { kind: "cut"; after: number }
  /** The server does what it is asked, and its answer is lost. */
  | { kind: "lose answer" }
  /** The proxy answers instead of the server, once it has read the request. */
  | { kind: "answer"; status: number; headers?: Record<string, string>; body: string }
  /** The connection ends at once. */
  | { kind: "refuse" }
  /** The request waits before it goes on. */
  | { kind: "hold"; until: () => Promise<unknown> }
  /** After so many bytes of the body no more comes through. */
  | { kind: "stall"; after: number };

/** A fault that lies in wait. */
export interface Trap {
  /** How many requests it has caught. */
  readonly caught: number;
  /** Takes it away. */
  remove(): void;
}

interface Rule {
  operation: string;
  fault: Fault;
  skip: number;
  left: number;
  caught: number;
}

interface Hooks {
  /** Called as bytes of the body come; they go on once it has resolved. */
  onBytes?: (upstream: ClientRequest) => Promise<void>;
  /** Called when the server has answered in full, instead of passing its answer on. */
  onAnswer?: () => void;
}

/** A file that the proxy itself serves. */
export interface Served {
  type: string;
  text: string;
}

/**
 * A real HTTP proxy between the browser and the local run. It passes everything on and notes it, but for what the
 * faults catch.
 */
export class FaultProxy {
  /** Every request but preflights, in the order they came. */
  exchanges: Exchange[] = [];
  /** Pages of its own, by path, at whatever origin they are asked for. */
  pages = new Map<string, Served>();
  /** Bytes a second that it takes of each body; 0: as fast as they come. */
  bandwidth = 0;
  /** Which headers of which host's answers are lost. */
  loses: (host: string, header: string) => boolean = () => false;
  /** Whether the browser may use a connection again where the server would end it, as AWS's servers let it. */
  keepsConnections = false;

  readonly #server = createServer((from, to) => this.#take(from, to));
  #rules: Rule[] = [];
  #underWay = new Map<string, number>();
  #most = new Map<string, number>();

  /** Listens on a free port of loopback. */
  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.breakConnections();
  }

  /** Ends every connection that there is, in the middle of whatever it is at. */
  breakConnections(): void {
    this.#server.closeAllConnections();
  }

  /**
   * Catches the next so many requests for an operation, after letting some pass. A later fault goes before an earlier
   * one.
   */
  catch(operation: string, fault: Fault, { times = 1, skip = 0 } = {}): Trap {
    const rule: Rule = { operation, fault, skip, left: times, caught: 0 };
    this.#rules.unshift(rule);
    return {
      get caught() {
        return rule.caught;
      },
      remove: () => void (this.#rules = this.#rules.filter((other) => other !== rule)),
    };
  }

  /** The requests for an operation so far. */
  of(operation: string): Exchange[] {
    return this.exchanges.filter((exchange) => exchange.operation === operation);
  }

  /** The most requests, but for preflights, that were under way at once to an origin. */
  mostAtOnce(origin: string): number {
    return this.#most.get(origin) ?? 0;
  }

  #take(from: IncomingMessage, to: ServerResponse): void {
    const exchange = describe(from);
    const page = this.pages.get(exchange.path);
    if (page && from.method === "GET") {
      to.writeHead(200, { "Content-Type": page.type, "Cache-Control": "no-store" }).end(page.text);
      return;
    }
    if (from.method !== "OPTIONS") this.#note(exchange, from, to);
    const rule = this.#rules.find((r) => r.operation === exchange.operation && r.left > 0 && r.skip-- <= 0);
    if (!rule) return void this.#forward(from, to);
    rule.left--;
    rule.caught++;
    exchange.fault = rule.fault.kind;
    this.#spoil(rule.fault, exchange, from, to);
  }

  #note(exchange: Exchange, from: IncomingMessage, to: ServerResponse): void {
    this.exchanges.push(exchange);
    const { origin } = exchange;
    const now = (this.#underWay.get(origin) ?? 0) + 1;
    this.#underWay.set(origin, now);
    this.#most.set(origin, Math.max(now, this.mostAtOnce(origin)));
    from.on("data", (bytes: Buffer) => (exchange.bytes += bytes.length));
    let isOver = false;
    const over = () => {
      if (!isOver) this.#underWay.set(origin, (this.#underWay.get(origin) ?? 0) - 1);
      isOver = true;
      if (to.writableFinished) exchange.status = to.statusCode;
    };
    to.once("finish", over).once("close", over);
  }

  #spoil(fault: Fault, exchange: Exchange, from: IncomingMessage, to: ServerResponse): void {
    switch (fault.kind) {
      case "refuse":
        return void from.socket.destroy();
      case "hold":
        from.pause();
        return void fault.until().then(() => from.destroyed || this.#forward(from, to));
      case "answer":
        from.resume();
        return void from.once("end", () => {
          to.writeHead(fault.status, { ...readable(from), ...fault.headers }).end(fault.body);
        });
      case "cut":
        return this.#forward(from, to, {
          onBytes: async (upstream) => {
            if (exchange.bytes > fault.after) cut(from, upstream);
          },
        });
      case "stall":
        return this.#forward(from, to, {
          onBytes: () => (exchange.bytes > fault.after ? new Promise(() => {}) : Promise.resolve()),
        });
      case "lose answer":
        this.#forward(from, to, { onAnswer: () => from.socket.destroy() });
    }
  }

  #forward(from: IncomingMessage, to: ServerResponse, { onBytes, onAnswer }: Hooks = {}): void {
    const { "proxy-connection": _, ...headers } = from.headers;
    // A connection for each: one that is kept would break, and not come back, with the server.
    const upstream = request(from.url ?? "", { method: from.method, headers, agent: false }, (answer) => {
      if (onAnswer) {
        answer.resume();
        answer.once("end", onAnswer);
        return;
      }
      const lost = Object.keys(answer.headers).filter((name) => this.loses(from.headers.host ?? "", name));
      if (lost.length > 0) {
        for (const name of lost) delete answer.headers[name];
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        return void answer.pipe(to);
      }
      const keptAlive = { ...answer.headers, connection: "keep-alive" };
      to.writeHead(answer.statusCode ?? 502, this.keepsConnections ? keptAlive : answer.rawHeaders);
      answer.pipe(to);
    });
    upstream.on("error", () => to.destroy());
    const transform = (bytes: Buffer, _: unknown, pass: TransformCallback) => {
      const wait = this.bandwidth > 0 ? (bytes.length * 1000) / this.bandwidth : 0;
      void Promise.all([onBytes?.(upstream), wait > 0 && sleep(wait)]).then(() => pass(null, bytes));
    };
    from.pipe(new Transform({ transform })).pipe(upstream);
    from.on("close", () => from.complete || upstream.destroy());
  }
}

/** The server sees an orderly end of the connection. */
function cut(from: IncomingMessage, upstream: ClientRequest): void {
  upstream.socket?.end();
  from.socket.destroy();
}

/** What lets a page read the proxy's own answer, as S3 and the API let it. */
function readable(from: IncomingMessage): Record<string, string> {
  return {
    "Access-Control-Allow-Origin": from.headers.origin ?? "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, x-amzn-RequestId",
    Vary: "Origin",
  };
}
