import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Connection, type Way, type Weather } from './proxyConnection.ts';

/** A TCP proxy in front of a server, in which a test makes the faults of a network. Disposing cuts everything. */
export interface Proxy extends AsyncDisposable {
  /** Address to use instead of the server's. */
  readonly url: string;
  /** Connections that stand now, on both sides or on one. */
  readonly connections: readonly Connection[];
  /** Connections that were made so far. */
  readonly accepted: number;
  /** Cuts every connection, without a goodbye; new ones are taken. What waits in the proxy is lost. */
  drop(): void;
  /** Holds back each piece of data, in both directions, for so long. */
  delay(ms: number): void;
  /** Passes on at most so many bytes a second in each direction. */
  throttle(bytesPerSecond: number): void;
  /** Passes nothing on, or nothing of one way, and lets nobody know: connections stay open, new ones are taken, bytes wait. */
  blackHole(way?: Way): void;
  /** Takes no more connections, like an address where nothing listens; those that stand go on. */
  refuse(): void;
  /** Half-open: nothing passes on the connections that stand now, for ever, and no side hears of the other; new ones work. */
  freeze(): void;
  /** Ends delay, throttle and black hole; what waited goes on. */
  restore(): void;
}

export interface ProxyOptions {
  /** Changes what the server says, e.g. by leaving something out; one call for each connection. */
  readonly answers?: (data: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
}

/**
 * Starts a proxy on a free port in front of a server, or of several: then it balances, giving each connection to the
 * next one in turn that takes it.
 */
export async function startProxy(
  targets: string | readonly string[],
  options: ProxyOptions = {},
): Promise<Proxy> {
  const all = typeof targets === 'string' ? [targets] : targets;
  const [first] = all;
  if (first === undefined) throw new Error('a proxy needs a server behind it');
  const network = new Network(
    all.map((target) => new URL(target)),
    options,
  );
  const server = createServer((near) => network.join(near));
  await listen(server);
  const change = (weather: Partial<Weather>) => network.change(weather);
  return {
    url: first.replace(new URL(first).host, `127.0.0.1:${(server.address() as AddressInfo).port}`),
    get connections() {
      return network.connections;
    },
    get accepted() {
      return network.accepted;
    },
    drop: () => network.drop(),
    delay: (ms) => change({ delayMs: ms }),
    throttle: (bytesPerSecond) => change({ bytesPerSecond }),
    blackHole: (way) =>
      change({
        held: { requests: way !== 'answers', answers: way !== 'requests' } satisfies Weather['held'],
      }),
    refuse: () => server.close(),
    freeze: () => network.connections.forEach((connection) => connection.freeze()),
    restore: () => change(fair),
    async [Symbol.asyncDispose]() {
      change(fair);
      network.drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const fair: Weather = {
  delayMs: 0,
  bytesPerSecond: Infinity,
  held: { requests: false, answers: false },
};

class Network {
  accepted = 0;
  readonly #targets: readonly URL[];
  readonly #options: ProxyOptions;
  readonly #connections = new Set<Connection>();
  #weather = fair;
  #changed = Promise.withResolvers<void>();
  #turn = 0;

  constructor(targets: readonly URL[], options: ProxyOptions) {
    this.#targets = targets;
    this.#options = options;
  }

  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  join(near: Socket): void {
    this.accepted += 1;
    const turn = this.#turn++;
    near.on('error', () => near.destroy());
    this.#connect(turn, this.#targets.length).then(
      (far) => {
        const connection = new Connection(near, far, {
          weather: () => this.#weather,
          changed: () => this.#changed.promise,
          ...this.#options,
        });
        this.#connections.add(connection);
        void connection.over.then(() => this.#connections.delete(connection));
      },
      // No server takes it: the client hears what it would hear from a machine without one.
      () => near.resetAndDestroy(),
    );
  }

  drop(): void {
    for (const connection of this.#connections) connection.drop();
  }

  change(weather: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...weather };
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** A connection to the server whose turn it is, or to the next one that takes it. */
  async #connect(turn: number, tries: number): Promise<Socket> {
    const target = this.#targets[turn % this.#targets.length];
    if (target === undefined || tries === 0) throw new Error('no server takes connections');
    const far = createConnection(Number(target.port), target.hostname);
    try {
      await new Promise((resolve, reject) => far.once('connect', resolve).once('error', reject));
      return far;
    } catch {
      return this.#connect(turn + 1, tries - 1);
    }
  }
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
}
