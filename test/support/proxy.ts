import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A TCP proxy in front of a server, in which a test makes the faults of a network. Disposing cuts everything. */
export interface Proxy extends AsyncDisposable {
  /** Address to use instead of the server's. */
  readonly url: string;
  /** Connections that stand now. */
  readonly connections: number;
  /** Connections that were made so far. */
  readonly accepted: number;
  /** Cuts every connection, without a goodbye; new ones are taken. */
  drop(): void;
  /** Holds back each piece of data, in both directions, for so long. */
  delay(ms: number): void;
  /** Passes nothing on, and lets nobody know: connections stay open, new ones are taken, bytes wait. */
  blackHole(): void;
  /** Ends delay and black hole; what waited goes on. */
  restore(): void;
}

/** Starts a proxy on a free port in front of an `http://` address. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const network = new Network();
  const server = createServer((near) => network.join(near, createConnection(Number(port), hostname)));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return network.connections;
    },
    get accepted() {
      return network.accepted;
    },
    drop: () => network.drop(),
    delay: (ms) => network.change({ delayMs: ms, open: true }),
    blackHole: () => network.change({ delayMs: 0, open: false }),
    restore: () => network.change({ delayMs: 0, open: true }),
    async [Symbol.asyncDispose]() {
      network.change({ delayMs: 0, open: true });
      network.drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Weather {
  readonly delayMs: number;
  readonly open: boolean;
}

class Network {
  accepted = 0;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #weather: Weather = { delayMs: 0, open: true };
  #opened = Promise.withResolvers<void>();

  constructor() {
    this.#opened.resolve();
  }

  get connections(): number {
    return this.#pairs.size;
  }

  join(near: Socket, far: Socket): void {
    this.accepted += 1;
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    // However one side ends, the other does so too; an error of a socket that a test cut is what it wanted.
    const end = () => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(pair);
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    void this.#carry(near, far);
    void this.#carry(far, near);
  }

  drop(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  change(weather: Weather): void {
    const wasOpen = this.#weather.open;
    this.#weather = weather;
    if (wasOpen && !weather.open) this.#opened = Promise.withResolvers();
    if (weather.open) this.#opened.resolve();
  }

  /** In order, and no faster than the other side takes it. */
  async #carry(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const data of from as AsyncIterable<Buffer>) {
        await this.#opened.promise;
        if (this.#weather.delayMs > 0) await delay(this.#weather.delayMs);
        if (!to.write(data)) await new Promise((resolve) => to.once('drain', resolve).once('close', resolve));
      }
      to.end();
    } catch {
      // The connection was cut; `end` above has told the other side.
    }
  }
}
