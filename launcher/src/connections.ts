import type { Server, Socket } from 'node:net';
import { decodeHeader, headerBytes, streams } from './messages.ts';

type StreamName = keyof typeof streams;

/** Hands the connections that come to a server to those who wait for them. */
export class Connections {
  readonly #waiting = new Map<string, PromiseWithResolvers<Socket>>();

  constructor(server: Server) {
    server.on('connection', (socket) => this.#accept(socket));
  }

  /** The connection that is a stream of a program. */
  take(id: number, stream: StreamName): Promise<Socket> {
    const waiter = Promise.withResolvers<Socket>();
    this.#waiting.set(keyOf(id, streams[stream]), waiter);
    return waiter.promise;
  }

  /** Nobody waits for a program's streams any more. */
  forget(id: number): void {
    for (const stream of Object.values(streams)) this.#waiting.delete(keyOf(id, stream));
  }

  #accept(socket: Socket): void {
    // An end of a program that nobody reads any more; whoever does read it listens for himself.
    socket.on('error', () => undefined);
    const read = () => {
      const header = socket.read(headerBytes) as Buffer | null;
      if (header === null) return;
      socket.off('readable', read);
      const { id, stream } = decodeHeader(header);
      const waiter = this.#waiting.get(keyOf(id, stream));
      if (waiter === undefined) socket.destroy();
      else waiter.resolve(socket);
    };
    socket.on('readable', read);
  }
}

function keyOf(id: number, stream: number): string {
  return `${id}/${stream}`;
}
