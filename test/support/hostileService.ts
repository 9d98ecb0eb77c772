import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { editorProtocol } from '@flotilla/shared/protocol/version';
import type { ServerView } from '@flotilla/shared/views';
import { acceptHandshake, readFrames, textFrame } from './webSocketBytes.ts';

/** A call of an editor, and what can be answered. */
export interface HostileCall {
  readonly path: string;
  readonly input: unknown;
  /** Answers as the service does. */
  answer(data: unknown): void;
  /** Refuses as the service does. */
  refuse(message: string, code?: string): void;
  /** Sends an event of a subscription; with an id, as one that can be resumed from. */
  event(data: unknown, id?: string): void;
  /** Sends a text in place of an answer. */
  say(text: string): void;
  /** What the bytes go to. */
  readonly socket: Duplex;
  /** The id of the call. */
  readonly id: number;
}

/** What answers at the address of a service and is none, or one that wishes its editors harm. */
export interface HostileService extends AsyncDisposable {
  readonly url: string;
  /** The requests so far, upgrades included: path and headers. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
}

export interface HostileAnswers {
  /** Answers by HTTP; without it, as a service does at `/healthz`, and 404 elsewhere. */
  readonly http?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers calls; true when it has. Others are answered as by a service without any rows. */
  readonly call?: (call: HostileCall) => boolean;
  /** Whether a handshake is not answered, and the connection cut. */
  readonly refuses?: () => boolean;
  /** Takes a connection over after its handshake. */
  readonly socket?: (socket: Duplex) => void;
}

const server: ServerView = {
  version: '0.1.0',
  protocol: editorProtocol,
  user: { name: 'Eve', role: 'member' },
  defaultImage: 'image',
  runnersOnline: 1,
  time: Date.now(),
};

/** Starts one at a free port. */
export async function startHostileService(answers: HostileAnswers = {}): Promise<HostileService> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const sockets = new Set<Duplex>();
  const http = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    if (answers.http !== undefined) answers.http(request, response);
    else if (request.url === '/healthz') response.end(JSON.stringify({ program: 'flotilla' }));
    else response.writeHead(404).end();
  });
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // An editor that has had enough resets the connection, which is what is wanted.
    socket.on('error', () => socket.destroy());
  });
  http.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    if (answers.refuses?.() === true) {
      socket.destroy();
      return;
    }
    acceptHandshake(request, socket);
    if (answers.socket !== undefined) answers.socket(socket);
    else readFrames(socket, (text) => hear(text, socket, answers));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

interface Message {
  readonly id: number;
  readonly method: string;
  readonly params?: { readonly path: string; readonly input?: unknown };
}

function hear(text: string, socket: Duplex, answers: HostileAnswers): void {
  if (text === 'PING') {
    socket.write(textFrame('PONG'));
    return;
  }
  const heard = JSON.parse(text) as Message | readonly Message[];
  for (const message of Array.isArray(heard) ? (heard as readonly Message[]) : [heard as Message]) {
    if (message.params === undefined) continue;
    const call = callOf(message, message.params, socket);
    if (message.method === 'subscription') call.say(json(call.id, { result: { type: 'started' } }));
    if (answers.call?.(call) !== true) answerAsEmpty(call, message.method);
  }
}

function callOf(
  { id }: Message,
  { path, input }: NonNullable<Message['params']>,
  socket: Duplex,
): HostileCall {
  const say = (text: string) => void socket.write(textFrame(text));
  return {
    id,
    path,
    input,
    socket,
    say,
    answer: (data) => say(json(id, { result: { type: 'data', data } })),
    refuse: (message, code = 'request.invalid') =>
      say(
        json(id, {
          error: {
            message,
            code: -32_600,
            data: { code: 'BAD_REQUEST', path, flotilla: { code, details: {} } },
          },
        }),
      ),
    event: (data, eventId) =>
      say(
        json(id, {
          result:
            eventId === undefined
              ? { type: 'data', data }
              : { type: 'data', id: eventId, data: { id: eventId, data } },
        }),
      ),
  };
}

function answerAsEmpty(call: HostileCall, method: string): void {
  if (method === 'subscription') return;
  if (call.path === 'server.info') call.answer(server);
  else call.answer(call.path === 'rows.list' ? { rows: [], next: null } : []);
}

function json(id: number, rest: object): string {
  return JSON.stringify({ id, ...rest });
}
