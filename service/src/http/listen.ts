import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../service.ts';
import { createApp } from './app.ts';
import { serveWebSockets } from './sockets/webSockets.ts';
import type { Stopping } from './stopping.ts';

/** Connections of all kinds; a runner has two or three, an editor one or two. */
const mostConnections = 8192;

/** A replica that can be reached. Disposing sends its clients elsewhere first, see {@link sayFarewell}. */
export interface Listening extends AsyncDisposable {
  /** `http://…`, without a slash at its end. */
  readonly url: string;
  /** The HTTP server behind it. */
  readonly server: ReturnType<typeof createApp>['server'];
}

/** Serves a replica at its configured address. Throws an Error of one sentence when the port is taken. */
export async function listen(service: Service): Promise<Listening> {
  const { host, port } = service.config;
  const stopping: Stopping = { now: false };
  const app = createApp(service, stopping);
  app.server.maxConnections = mostConnections;
  app.server.on('connection', (socket) => service.strangers.add(socket));
  const webSockets = serveWebSockets(app.server, service);
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(
      `Port ${port} of ${host} is taken by another program. Set FLOTILLA_PORT to a free one, or to 0 for any.`,
      { cause: error },
    );
  }
  const address = app.server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  /**
   * A rolling restart: first the replica says that it is not ready, and a balancer may take notice; then it takes no
   * new connection, so that whoever it asks to connect again reaches another replica; then it waits for its clients,
   * who end the calls that are under way and go. Who has not gone after `farewellMs` is cut off.
   */
  const sayFarewell = async () => {
    stopping.now = true;
    await delay(service.config.unreadyMs);
    const gone = new Promise<void>((resolve) => app.server.close(() => resolve()));
    webSockets.askToReconnect();
    const farewell = new AbortController();
    const late = delay(service.config.farewellMs, 'late', { signal: farewell.signal }).catch(() => 'gone');
    if ((await Promise.race([gone, late])) === 'late')
      service.logger.warn({ farewellMs: service.config.farewellMs }, 'clients that had not gone are cut off');
    farewell.abort();
  };
  return {
    url: `http://${shownHost}:${address.port}`,
    server: app.server,
    async [Symbol.asyncDispose]() {
      await sayFarewell();
      await webSockets[Symbol.asyncDispose]();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
