import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP connection to a service that can be cut and restored. */
export interface CuttableProxy extends AsyncDisposable {
  readonly url: string;
  /** Resets every connection and refuses new ones. */
  cut(): void;
  /** Lets new connections through again. */
  restore(): void;
}

/** Listens on a port of loopback and passes on what comes to the service at `target`. */
export async function startCuttableProxy(target: string): Promise<CuttableProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    const service = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, service],
      [service, client],
    ] as const) {
      sockets.add(socket);
      // A reset is what this program is for; `close` follows and ends the other side.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const resetAll = () => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      resetAll();
    },
    restore() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      resetAll();
      server.close();
      await once(server, 'close');
    },
  };
}
