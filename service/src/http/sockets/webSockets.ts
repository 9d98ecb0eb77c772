import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@trpc/server';
import { getWSConnectionHandler, type CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import { remoteAddressOf, type Context } from '../../api/context.ts';
import { appRouter } from '../../api/router.ts';
import { runnerRouter } from '../../api/runnerRouter.ts';
import { authenticate } from '../../auth/tokens.ts';
import { isTransientDatabaseError } from '../../db/transientErrors.ts';
import { whenBack } from '../../db/whenBack.ts';
import { isRunnerOf } from '../../runners/isRunnerOf.ts';
import type { Service } from '../../service.ts';
import { Callers } from './callers.ts';
import { contain } from './contain.ts';
import { fallSilent } from './fallSilent.ts';
import { readHandshake, type Handshake } from './handshake.ts';
import { MeteredSocket } from './meteredSocket.ts';
import { Origins } from './origins.ts';

/** The largest message from a client; log and patch bytes come over HTTP (docs/spec/runnerProtocol.md). */
const maxMessageBytes = 4 * 1024 * 1024;
/** A client that connects and says nothing is cut off. */
const firstMessageMs = 5000;
/** WebSocket close code for "your token was revoked", from the private range. */
const revokedCode = 4401;
/** WebSocket close code "try again later" (IANA). */
const tryAgainCode = 1013;
/** tRPC's message that asks a client to connect anew. */
const reconnectMessage = '{"id":null,"method":"reconnect"}';
/** How long a connection waits for a database that is away, in milliseconds. */
const patienceMs = 10_000;

export interface WebSockets extends AsyncDisposable {
  /** Asks every client to connect again, elsewhere if it can, before this replica stops. */
  askToReconnect(): void;
}

/** Puts the two tRPC endpoints on a server: `/trpc` for editors and `/runner` for runners. */
export function serveWebSockets(server: Server, service: Service): WebSockets {
  const { logger } = service;
  const origins = new Origins(service.config.allowedOrigins);
  const endpoints = new Map<string, Endpoint>([
    ['/trpc', endpoint(appRouter, service)],
    ['/runner', endpoint(runnerRouter, service)],
  ]);
  const paths = new Set(endpoints.keys());
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const handshake = readHandshake(request, paths, origins);
    if (!handshake.ok) {
      if (handshake.status === 403) logger.warn({ origin: request.headers.origin }, 'a web page was refused');
      refuse(socket, handshake);
      return;
    }
    endpoints.get(handshake.path)?.connect(request, socket, head, handshake.bringsParameters);
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node has taken its listeners off a socket that it hands over: a client that breaks off would be an exception.
    socket.on('error', () => socket.destroy());
    contain(upgrade, () => socket.destroy(), logger)(request, socket, head);
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

/** Answers that there will be no WebSocket, and why, and closes. */
function refuse(socket: Duplex, { status, reason }: Extract<Handshake, { ok: false }>): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(reason)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${reason}`, () => socket.destroy());
}

interface Endpoint {
  readonly sockets: WebSocketServer;
  connect(request: IncomingMessage, socket: Duplex, head: Buffer, bringsParameters: boolean): void;
  askToReconnect(): void;
}

function endpoint(router: AnyRouter, service: Service): Endpoint {
  const { logger } = service;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
  });
  const callers = new Callers();
  let leaving = false;
  const serve = getWSConnectionHandler({
    wss: sockets,
    router,
    createContext: (options) => createContext(service, callers, options),
    onError({ error, path }) {
      if (error.code !== 'INTERNAL_SERVER_ERROR' || isTransientDatabaseError(error.cause)) return;
      logger.error({ err: error.cause, path }, 'a procedure failed');
    },
    // The client's ping finds a dead service; this one finds a dead client (docs/spec/faults.md, 16).
    keepAlive: { enabled: true, pingMs: 10_000, pongWaitMs: 5000 },
  });
  return {
    sockets,
    connect(request, socket, head, bringsParameters) {
      const opened = (client: WebSocket) => {
        cutOffSilent(client);
        fallSilent(client, () => leaving);
        const metered = new MeteredSocket({ client, socket, logger, bringsParameters });
        serve(metered as unknown as WebSocket, request);
      };
      sockets.handleUpgrade(request, socket, head, (client) =>
        contain(opened, () => client.terminate(), logger)(client),
      );
    },
    askToReconnect() {
      for (const client of sockets.clients) client.send(reconnectMessage);
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
  callers: Callers,
  { req: request, res, info }: CreateWSSContextFnOptions,
): Promise<Context> {
  const socket = res as unknown as MeteredSocket;
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
  if (identity.principal !== undefined) service.strangers.vouch(request.socket);
  socket.identify(callers.of(identity.principal));
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
  const principal = token === undefined || token === '' ? undefined : await authenticate(service, token);
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
