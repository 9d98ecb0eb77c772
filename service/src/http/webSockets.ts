import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@trpc/server';
import { applyWSSHandler, type CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { remoteAddressOf, type Context } from '../api/context.ts';
import { appRouter } from '../api/router.ts';
import { runnerRouter } from '../api/runnerRouter.ts';
import { z } from 'zod';
import { authenticate } from '../auth/tokens.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { whenBack } from '../db/whenBack.ts';
import { isRunnerOf } from '../runners/queries/isRunnerOf.ts';
import type { Service } from '../service.ts';
import { fallSilent } from './fallSilent.ts';

/** The largest message from a client; log and patch bytes come over HTTP (runner.md §4). */
const maxMessageBytes = 4 * 1024 * 1024;
/** A client that connects and says nothing is cut off. */
const firstMessageMs = 5000;
/** WebSocket close code for "your token was revoked", from the private range. */
const revokedCode = 4401;
/** WebSocket close code "try again later" (IANA). */
const tryAgainCode = 1013;
/** How long a connection waits for a database that is away, in milliseconds. */
const patienceMs = 10_000;

export interface WebSockets extends AsyncDisposable {
  /** Asks every client to connect again, elsewhere if it can, before this replica stops. */
  askToReconnect(): void;
}

/** Puts the two tRPC endpoints on a server: `/trpc` for editors and `/runner` for runners. */
export function serveWebSockets(server: Server, service: Service): WebSockets {
  const endpoints = new Map<string, Endpoint>([
    ['/trpc', endpoint(appRouter, service)],
    ['/runner', endpoint(runnerRouter, service)],
  ]);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = endpoints.get(request.url?.split('?')[0] ?? '');
    if (target === undefined) {
      refuse(socket);
      return;
    }
    target.sockets.handleUpgrade(request, socket, head, (client) =>
      target.sockets.emit('connection', client, request),
    );
  };
  server.on('upgrade', onUpgrade);
  return {
    askToReconnect: () => endpoints.forEach((target) => target.askToReconnect()),
    async [Symbol.asyncDispose]() {
      server.off('upgrade', onUpgrade);
      await Promise.all([...endpoints.values()].map((target) => closeSockets(target.sockets)));
    },
  };
}

/**
 * Answers that there is no such endpoint, and closes. Node has taken its listeners off a socket that it hands over: a
 * client that breaks off would be an uncaught exception.
 */
function refuse(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n', () => socket.destroy());
}

interface Endpoint {
  readonly sockets: WebSocketServer;
  askToReconnect(): void;
}

function endpoint(router: AnyRouter, service: Service): Endpoint {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  let leaving = false;
  sockets.on('connection', (client) => {
    cutOffSilent(client);
    fallSilent(client, () => leaving);
  });
  const handler = applyWSSHandler({
    wss: sockets,
    router,
    createContext: (options) => createContext(service, options),
    onError({ error, path }) {
      if (error.code !== 'INTERNAL_SERVER_ERROR' || isTransientDatabaseError(error.cause)) return;
      service.logger.error({ err: error.cause, path }, 'a procedure failed');
    },
    // The client's ping finds a dead service; this one finds a dead client (runner.md §2, fault 16).
    keepAlive: { enabled: true, pingMs: 10_000, pongWaitMs: 5000 },
  });
  return {
    sockets,
    askToReconnect() {
      handler.broadcastReconnectNotification();
      leaving = true;
    },
  };
}

function cutOffSilent(client: WebSocket): void {
  const timer = setTimeout(() => client.terminate(), firstMessageMs);
  client.once('message', () => clearTimeout(timer));
  client.once('close', () => clearTimeout(timer));
}

/**
 * Who has connected. While the database is away the connection and its calls wait; then it is closed, so that the
 * client connects anew. A refusal would end its subscriptions, which are resumed after a lost connection only.
 */
async function createContext(
  service: Service,
  { req: request, res: socket, info }: CreateWSSContextFnOptions,
): Promise<Context> {
  let identity: Pick<Context, 'principal' | 'session'>;
  try {
    const { connectionParams, signal } = info;
    identity = await whenBack(() => identify(service, connectionParams), { patienceMs, signal });
  } catch (error) {
    if (isTransientDatabaseError(error)) socket.close(tryAgainCode, 'the database is away');
    throw error;
  }
  const { tokenId } = identity.principal ?? {};
  // One that has been closed meanwhile would never be let go.
  if (tokenId !== undefined && socket.readyState !== socket.CLOSED) {
    const watch = service.revocations.watch(tokenId, () => socket.close(revokedCode, 'token revoked'));
    socket.once('close', () => watch[Symbol.dispose]());
  }
  return {
    service,
    logger: service.logger,
    socket,
    remoteAddress: remoteAddressOf(request),
    ...identity,
  };
}

async function identify(
  service: Service,
  params: CreateWSSContextFnOptions['info']['connectionParams'],
): Promise<Pick<Context, 'principal' | 'session'>> {
  const token = params?.['token'];
  const principal =
    token === undefined || token === '' ? undefined : await authenticate(service.database, token);
  // A runner that connects again says who it is at once, so that its calls need not wait for its hello.
  const runnerId = z.uuid().safeParse(params?.['runnerId']).data;
  const known =
    runnerId !== undefined &&
    principal?.scope === 'runner' &&
    (await isRunnerOf(service.sql, runnerId, principal.tokenId));
  return { principal, session: known ? { runnerId } : {} };
}

async function closeSockets(sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.terminate();
  await new Promise<void>((resolve) => sockets.close(() => resolve()));
}
