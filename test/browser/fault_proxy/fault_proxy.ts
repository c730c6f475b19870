// A real HTTP proxy between a browser and the local run, which makes requests fail as a test tells
// it to.
import { type ClientRequest, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Transform, type TransformCallback } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type Exchange, newExchange } from "./exchange";

export type Fault =
  /**
   * Both connections are closed in good order after this many bytes of the body: easily taken for
   * the end of the file.
   */
  | { kind: "cut"; after: number }
  /** Both connections are reset after this many bytes of the body. */
  | { kind: "reset"; after: number }
  /** The server receives the request, and its response is lost. */
  | { kind: "lose answer" }
  /** The same, but the response's head and this many bytes of its body arrive, never all of it. */
  | { kind: "cut answer"; after: number }
  /** The same, but the connection stays open. */
  | { kind: "stall answer"; after: number }
  /** The proxy reads the request, and responds in place of the server. */
  | { kind: "answer"; status: number; headers?: Record<string, string>; body: string }
  /** The connection is closed at once. */
  | { kind: "refuse" }
  /** The request is delayed until this promise settles. */
  | { kind: "hold"; until: () => Promise<unknown> }
  /** Nothing is forwarded after this many bytes of the body, and the connection stays open. */
  | { kind: "stall"; after: number };

/** A fault that the proxy injects into the next requests for an operation. */
export interface InjectedFault {
  /** The number of requests that it was injected into so far. */
  readonly count: number;
  /** Stops injecting it. */
  remove(): void;
}

interface Rule {
  operation: string;
  fault: Fault;
  skip: number;
  times: number;
  count: number;
}

interface ForwardOptions {
  /** Forwards this many bytes of the body, and calls `then` before the next one. */
  stopBody?: { after: number; then: (upstream: ClientRequest) => void };
  /** Called with the server's whole response, which is not forwarded. */
  onAnswer?: (answer: IncomingMessage, body: Buffer) => void;
}

/** A file that the proxy itself serves. */
export interface ServedFile {
  type: string;
  text: string;
}

export class FaultProxy {
  /** All requests except preflights, in the order they arrived. */
  exchanges: Exchange[] = [];
  /** Files that the proxy serves itself, by path, at any origin. */
  pages = new Map<string, ServedFile>();
  /** The limit for each request's body, in bytes a second; 0 for none. */
  bandwidth = 0;
  /** Whether to drop a header from a host's responses. */
  dropsHeader: (host: string, header: string) => boolean = () => false;
  /**
   * Whether the browser may reuse connections although the server closes them. AWS's servers keep
   * them open.
   */
  keepConnections = false;
  /** Chooses a fault for a request, preflights included, that no injected fault applies to. */
  chooseFault: (exchange: Exchange, length: number) => Fault | undefined = () => undefined;
  /** Called for every request except preflights, once its fault is known. */
  onRequest: (exchange: Exchange, from: IncomingMessage) => void = () => {};

  readonly #server = createServer((from, to) => this.#handle(from, to));
  #rules: Rule[] = [];
  #concurrent = new Map<string, number>();
  #maxConcurrent = new Map<string, number>();

  /** Listens on a free port of 127.0.0.1. */
  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.closeConnections();
  }

  /** Closes all connections, whatever is being sent. */
  closeConnections(): void {
    this.#server.closeAllConnections();
  }

  /**
   * Injects a fault into the next requests for an operation, after skipping some. A fault that is
   * injected later takes precedence.
   */
  injectFault(operation: string, fault: Fault, { times = 1, skip = 0 } = {}): InjectedFault {
    const rule: Rule = { operation, fault, skip, times, count: 0 };
    this.#rules.unshift(rule);
    return {
      get count() {
        return rule.count;
      },
      remove: () => void (this.#rules = this.#rules.filter((other) => other !== rule)),
    };
  }

  /** The requests for an operation so far. */
  requestsFor(operation: string): Exchange[] {
    return this.exchanges.filter((exchange) => exchange.operation === operation);
  }

  /**
   * The largest number of requests to an origin, without preflights, that were in progress at the
   * same time.
   */
  maxConcurrent(origin: string): number {
    return this.#maxConcurrent.get(origin) ?? 0;
  }

  #handle(from: IncomingMessage, to: ServerResponse): void {
    const exchange = newExchange(from);
    const page = this.pages.get(exchange.path);
    if (page && from.method === "GET") {
      to.writeHead(200, { "Content-Type": page.type, "Cache-Control": "no-store" }).end(page.text);
      return;
    }
    if (from.method !== "OPTIONS") this.#record(exchange, from, to);
    const length = Number(from.headers["content-length"] ?? 0);
    const fault = this.#nextInjected(exchange) ?? this.chooseFault(exchange, length);
    if (fault) exchange.fault = fault.kind;
    if (from.method !== "OPTIONS") this.onRequest(exchange, from);
    if (fault) this.#apply(fault, from, to);
    else this.#forward(from, to);
  }

  #nextInjected(exchange: Exchange): Fault | undefined {
    const applies = (rule: Rule) => rule.operation === exchange.operation && rule.count < rule.times;
    const rule = this.#rules.find((candidate) => applies(candidate) && candidate.skip-- <= 0);
    if (rule) rule.count++;
    return rule?.fault;
  }

  #record(exchange: Exchange, from: IncomingMessage, to: ServerResponse): void {
    this.exchanges.push(exchange);
    const { origin } = exchange;
    const concurrent = (this.#concurrent.get(origin) ?? 0) + 1;
    this.#concurrent.set(origin, concurrent);
    this.#maxConcurrent.set(origin, Math.max(concurrent, this.maxConcurrent(origin)));
    from.on("data", (bytes: Buffer) => (exchange.bytes += bytes.length));
    let isOver = false;
    const onOver = () => {
      if (!isOver) this.#concurrent.set(origin, (this.#concurrent.get(origin) ?? 0) - 1);
      isOver = true;
      if (to.writableFinished) exchange.status = to.statusCode;
    };
    to.once("finish", onOver).once("close", onOver);
  }

  #apply(fault: Fault, from: IncomingMessage, to: ServerResponse): void {
    switch (fault.kind) {
      case "refuse":
        return void from.socket.destroy();
      case "hold":
        from.pause();
        return void fault.until().then(() => from.destroyed || this.#forward(from, to));
      case "answer":
        from.resume();
        return void from.once("end", () => {
          to.writeHead(fault.status, { ...corsHeaders(from), ...fault.headers }).end(fault.body);
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

  #forward(from: IncomingMessage, to: ServerResponse, { stopBody, onAnswer }: ForwardOptions = {}): void {
    const { "proxy-connection": _, ...headers } = from.headers;
    // A new connection for each request: one that is kept would break when the server restarts.
    const upstream = request(from.url ?? "", { method: from.method, headers, agent: false }, (answer) => {
      if (onAnswer) readWhole(answer, to, onAnswer);
      else this.#forwardAnswer(answer, from, to);
    });
    upstream.on("error", () => to.destroy());
    if (stopBody) upstream.flushHeaders(); // Otherwise the head would be sent with the body.
    from.pipe(this.#bodyFilter(upstream, stopBody)).pipe(upstream);
    from.on("close", () => from.complete || upstream.destroy());
  }

  #forwardAnswer(answer: IncomingMessage, from: IncomingMessage, to: ServerResponse): void {
    const dropped = Object.keys(answer.headers).filter((name) => this.dropsHeader(from.headers.host ?? "", name));
    if (dropped.length > 0) {
      for (const name of dropped) delete answer.headers[name];
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      return void answer.pipe(to);
    }
    const keptAlive = { ...answer.headers, connection: "keep-alive" };
    to.writeHead(answer.statusCode ?? 502, this.keepConnections ? keptAlive : answer.rawHeaders);
    answer.once("error", () => to.destroy()); // The server closed the connection before the end of its response.
    answer.pipe(to);
  }

  /** Limits the body's bandwidth and, for a fault, its length. */
  #bodyFilter(upstream: ClientRequest, stopBody: ForwardOptions["stopBody"]): Transform {
    let left = stopBody?.after ?? Infinity;
    const transform = (bytes: Buffer, _: unknown, pass: TransformCallback) => {
      const stopsHere = bytes.length > left;
      const forwarded = stopsHere ? bytes.subarray(0, left) : bytes;
      left -= forwarded.length;
      const wait = this.bandwidth > 0 ? (forwarded.length * 1000) / this.bandwidth : 0;
      void Promise.resolve(wait > 0 && sleep(wait)).then(() => {
        if (!stopsHere) return pass(null, forwarded);
        if (forwarded.length > 0) body.push(forwarded);
        setTimeout(() => stopBody?.then(upstream), flushTime);
      });
    };
    const body = new Transform({ transform });
    return body;
  }
}

const flushTime = 10; // ms for the forwarded bytes to arrive before the connection ends

function readWhole(answer: IncomingMessage, to: ServerResponse, onAnswer: NonNullable<ForwardOptions["onAnswer"]>): void {
  const chunks: Buffer[] = [];
  answer.on("data", (bytes: Buffer) => chunks.push(bytes));
  answer.once("end", () => onAnswer(answer, Buffer.concat(chunks)));
  answer.once("error", () => to.destroy());
}

/** Closes both connections. The server sees an orderly end of its own. */
function cut(from: IncomingMessage, upstream: ClientRequest): void {
  upstream.socket?.end();
  from.socket.destroy();
}

function reset(from: IncomingMessage, upstream: ClientRequest): void {
  upstream.socket?.resetAndDestroy();
  from.socket.resetAndDestroy();
}

/**
 * Forwards the response's head and up to `after` bytes of its body, but never its last byte;
 * nothing of an empty one.
 */
function answerInPart(to: ServerResponse, after: number, then: () => void) {
  return (answer: IncomingMessage, body: Buffer) => {
    if (body.length === 0) return then();
    to.writeHead(answer.statusCode ?? 502, answer.rawHeaders).flushHeaders();
    to.write(body.subarray(0, Math.min(after, body.length - 1)), then);
  };
}

/**
 * The CORS headers that let a page read the proxy's own response, as those of S3 and the API do.
 */
function corsHeaders(from: IncomingMessage): Record<string, string> {
  return {
    "Access-Control-Allow-Origin": from.headers.origin ?? "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, x-amzn-RequestId",
    Vary: "Origin",
  };
}
