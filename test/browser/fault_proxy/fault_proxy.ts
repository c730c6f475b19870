import { type ClientRequest, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Transform, type TransformCallback } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, type Exchange } from "./exchange";

/** What can go wrong on the way. */
export type Fault =
  /** Both sides end after so many bytes of the body, in good order: easily taken for the end of the file. */
  | { kind: "cut"; after: number }
  /** Both sides are reset after so many bytes of the body. */
  | { kind: "reset"; after: number }
  /** The server does what it is asked, and its answer is lost. */
  | { kind: "lose answer" }
  /** The same, but the answer's head comes through, and so many bytes of its body: never all. */
  | { kind: "cut answer"; after: number }
  /** The same, but the connection stays open, and no more comes. */
  | { kind: "stall answer"; after: number }
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
  /** Lets so many bytes of the body through; with the next one, it does this instead. */
  stopBody?: { after: number; then: (upstream: ClientRequest) => void };
  /** Called when the server has answered in full, instead of passing its answer on. */
  onAnswer?: (answer: IncomingMessage, body: Buffer) => void;
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
  /** Asked for each request that no trap catches, preflights too. */
  choose: (exchange: Exchange, length: number) => Fault | undefined = () => undefined;
  /** Told of every request but preflights, once it is decided what happens to it. */
  watch: (exchange: Exchange, from: IncomingMessage) => void = () => {};

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
    const fault = this.#caught(exchange) ?? this.choose(exchange, Number(from.headers["content-length"] ?? 0));
    if (fault) exchange.fault = fault.kind;
    if (from.method !== "OPTIONS") this.watch(exchange, from);
    if (fault) this.#spoil(fault, from, to);
    else this.#forward(from, to);
  }

  #caught(exchange: Exchange): Fault | undefined {
    const rule = this.#rules.find((r) => r.operation === exchange.operation && r.left > 0 && r.skip-- <= 0);
    if (!rule) return undefined;
    rule.left--;
    rule.caught++;
    return rule.fault;
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

  #spoil(fault: Fault, from: IncomingMessage, to: ServerResponse): void {
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
        return this.#forward(from, to, { stopBody: { after: fault.after, then: (upstream) => cut(from, upstream) } });
      case "reset":
        return this.#forward(from, to, { stopBody: { after: fault.after, then: (upstream) => reset(from, upstream) } });
      case "stall":
        return this.#forward(from, to, { stopBody: { after: fault.after, then: () => {} } });
      case "lose answer":
        return this.#forward(from, to, { onAnswer: () => from.socket.destroy() });
      case "cut answer":
        return this.#forward(from, to, { onAnswer: answerInPart(to, fault.after, () => from.socket.destroy()) });
      case "stall answer":
        this.#forward(from, to, { onAnswer: answerInPart(to, fault.after, () => {}) });
    }
  }

  #forward(from: IncomingMessage, to: ServerResponse, { stopBody, onAnswer }: Hooks = {}): void {
    const { "proxy-connection": _, ...headers } = from.headers;
    // A connection for each: one that is kept would break, and not come back, with the server.
    const upstream = request(from.url ?? "", { method: from.method, headers, agent: false }, (answer) => {
      if (onAnswer) {
        const chunks: Buffer[] = [];
        answer.on("data", (bytes: Buffer) => chunks.push(bytes));
        answer.once("end", () => onAnswer(answer, Buffer.concat(chunks)));
        answer.once("error", () => to.destroy());
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
      answer.once("error", () => to.destroy()); // a server that ends in the middle of its answer
      answer.pipe(to);
    });
    upstream.on("error", () => to.destroy());
    if (stopBody) upstream.flushHeaders(); // else the head would wait for the body
    let left = stopBody?.after ?? Infinity;
    const transform = (bytes: Buffer, _: unknown, pass: TransformCallback) => {
      const stopsHere = bytes.length > left;
      const through = stopsHere ? bytes.subarray(0, left) : bytes;
      left -= through.length;
      const wait = this.bandwidth > 0 ? (through.length * 1000) / this.bandwidth : 0;
      void Promise.resolve(wait > 0 && sleep(wait)).then(() => {
        if (!stopsHere) return pass(null, through);
        if (through.length > 0) body.push(through);
        setTimeout(() => stopBody?.then(upstream), flushTime);
      });
    };
    const body = new Transform({ transform });
    from.pipe(body).pipe(upstream);
    from.on("close", () => from.complete || upstream.destroy());
  }
}

const flushTime = 10; // ms: what was let through should arrive before the end

/** The server sees an orderly end of the connection. */
function cut(from: IncomingMessage, upstream: ClientRequest): void {
  upstream.socket?.end();
  from.socket.destroy();
}

function reset(from: IncomingMessage, upstream: ClientRequest): void {
  upstream.socket?.resetAndDestroy();
  from.socket.resetAndDestroy();
}

/** Passes on the answer's head and so many bytes of its body, but not the last; without a body it passes on nothing. */
function answerInPart(to: ServerResponse, after: number, then: () => void) {
  return (answer: IncomingMessage, body: Buffer) => {
    if (body.length === 0) return then();
    to.writeHead(answer.statusCode ?? 502, answer.rawHeaders).flushHeaders();
    to.write(body.subarray(0, Math.min(after, body.length - 1)), then);
  };
}

/** What lets a page read the proxy's own answer, as S3 and the API let it. */
function readable(from: IncomingMessage): Record<string, string> {
  return {
    "Access-Control-Allow-Origin": from.headers.origin ?? "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, x-amzn-RequestId",
    Vary: "Origin",
  };
}
