// A line between a browser and a server on this machine that is as slow as one over the internet.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What a line gives to each of its connections. */
export interface LineSpeed {
  /** Bytes a second, in each direction. */
  rate: number;
  /** The round trip in ms. A new connection costs one as well. */
  roundTrip: number;
}

/**
 * A TCP proxy with a rate and a delay for each connection. It reads no faster than it sends, so
 * that the sender is slowed down and not the proxy filled.
 */
export class ShapedLine {
  readonly #server = createServer({ noDelay: true }, (near) => this.#open(near));
  readonly #sockets = new Set<Socket>();

  constructor(
    private readonly target: URL,
    private readonly speed: LineSpeed,
  ) {}

  /** Listens on a free port of 127.0.0.1. */
  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(near: Socket): void {
    const far = connect({ host: this.target.hostname, port: Number(this.target.port), noDelay: true });
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.once("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    carry(near, far, this.speed, this.speed.roundTrip); // Loopback connects at once, the internet in one round trip.
    carry(far, near, this.speed, 0);
  }
}

/** Bytes that have left, or null for the end of the connection. */
interface InFlight {
  bytes: Buffer | null;
  arrival: number;
}

const maxQueue = 20; // ms of sending that may wait for the line

/** Carries bytes one way: they leave at the line's rate, and arrive half a round trip later. */
function carry(from: Socket, to: Socket, { rate, roundTrip }: LineSpeed, firstDelay: number): void {
  const inFlight: InFlight[] = [];
  let freeAt = performance.now() + firstDelay;
  let timer: NodeJS.Timeout | undefined;

  const schedule = () => {
    const [next] = inFlight;
    if (next && !timer) timer = setTimeout(deliver, Math.max(0, next.arrival - performance.now()));
  };
  const deliver = () => {
    timer = undefined;
    while (inFlight[0] && inFlight[0].arrival <= performance.now()) {
      const { bytes } = inFlight.shift()!;
      if (to.destroyed) return;
      if (bytes === null) to.end();
      else if (!to.write(bytes)) return void to.once("drain", schedule);
    }
    schedule();
  };
  const leave = (bytes: Buffer | null) => {
    freeAt = Math.max(performance.now(), freeAt) + ((bytes?.length ?? 0) * 1000) / rate;
    inFlight.push({ bytes, arrival: freeAt + roundTrip / 2 });
    schedule();
  };
  from.on("data", (bytes: Buffer) => {
    leave(bytes);
    const wait = freeAt - performance.now() - maxQueue;
    if (wait <= 0) return;
    from.pause();
    setTimeout(() => from.resume(), wait);
  });
  from.once("end", () => leave(null));
}
