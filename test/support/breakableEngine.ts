import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** The machine's Docker Engine at another address. Disposing it closes that address. */
export interface BreakableEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Breaks all connections that stand, as an engine's end does; new ones are taken. */
  breakConnections(): void;
  /** Breaks the connection of the next call whose request line matches; the engine does not hear of it. */
  breakNext(request: RegExp): void;
  /** How many calls were broken so. */
  readonly broken: number;
  /** Keeps the next call whose request line matches from the engine, until it is released. */
  holdNext(request: RegExp): HeldCall;
  /** Says nothing and hears nothing from now on, and lets nobody know: connections stay, new ones are taken. */
  hang(): void;
}

/** A call that has not reached the engine. */
export interface HeldCall {
  /** Resolves when it was made. */
  readonly made: Promise<void>;
  release(): void;
}

/** Puts a socket at that path in front of the machine's Docker Engine. */
export async function startBreakableEngine(path: string): Promise<BreakableEngine> {
  const sockets = new Set<Socket>();
  let breaking: RegExp | undefined;
  let holding:
    | {
        readonly request: RegExp;
        readonly made: PromiseWithResolvers<void>;
        readonly released: PromiseWithResolvers<void>;
      }
    | undefined;
  let broken = 0;
  let hangs = false;
  const tie = (from: Socket, to: Socket) => {
    sockets.add(from);
    // Whoever breaks first, the other side hears of it by the end of its own connection.
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  // The attached output of a container is a connection that one side may end alone.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (hangs) {
      sockets.add(client);
      client.on('error', () => undefined).on('close', () => sockets.delete(client));
      return;
    }
    const engine = createConnection({ path: '/var/run/docker.sock', allowHalfOpen: true });
    tie(client, engine);
    tie(engine, client);
    engine.pipe(client);
    // Each call of a runner has a connection of its own, so that its first bytes say which it is.
    client.once('data', (first: Buffer) => {
      client.pause();
      const request = first.toString('latin1').split('\r\n')[0] ?? '';
      if (breaking?.test(request) === true) {
        breaking = undefined;
        broken += 1;
        client.destroy();
        return;
      }
      client.unshift(first);
      if (holding?.request.test(request) === true) {
        const { made, released } = holding;
        holding = undefined;
        made.resolve();
        void released.promise.then(() => client.pipe(engine));
        return;
      }
      client.pipe(engine);
    });
  });
  server.listen(path);
  await once(server, 'listening');
  const breakConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    host: `unix://${path}`,
    breakConnections,
    breakNext: (request) => (breaking = request),
    holdNext(request) {
      const made = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holding = { request, made, released };
      return { made: made.promise, release: released.resolve };
    },
    hang() {
      hangs = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    get broken() {
      return broken;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      breakConnections();
      await once(server, 'close');
    },
  };
}
