import { Socket } from 'node:net';

/** What postgres.js says about the server, and about who asks, when it wants a socket. */
interface SocketOptions {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** The server's socket file, for one that is reached by a file. */
  readonly path?: string | false;
  /** Only the connection that LISTENs has it. */
  readonly onnotify?: unknown;
}

/** How often in `silentMs` a socket is looked at. */
const looks = 10;

/**
 * For the driver's option `socket`: opens the sockets of a client, which are destroyed when the server leaves something
 * unanswered for `silentMs`; what waits on the connection then fails with CONNECTION_CLOSED. Nobody else notices that a
 * network drops what is sent: the kernel gives such a connection up after a quarter of an hour, and one through a proxy
 * that hangs never. The client's `idle_timeout` must be shorter: whether a connection waits or rests cannot be told here.
 */
export function answeredSockets(silentMs: number): (options: SocketOptions) => Socket {
  let opened = 0;
  return ({ host, port, path, onnotify }) => {
    const socket = new Socket();
    const at = opened++ % port.length;
    // The driver takes the socket in a microtask; before that nobody hears its errors.
    setImmediate(() => {
      if (typeof path === 'string') socket.connect(path);
      else socket.connect({ port: port[at] ?? 0, host: host[at] ?? 'localhost' });
    });
    destroyWhenSilent(socket, { silentMs, mayRest: onnotify !== undefined });
    // The driver compares the certificate of the server with this name.
    return Object.assign(socket, { host: host[at], port: port[at] });
  };
}

/**
 * By the counts of bytes, which go on under TLS, where the socket has neither events nor writes. The silence begins with
 * what was heard last, or with the first thing that was said after it. A connection that may rest is let alone until
 * something has been said.
 */
function destroyWhenSilent(
  socket: Socket,
  { silentMs, mayRest }: { readonly silentMs: number; readonly mayRest: boolean },
): void {
  let heard = 0;
  let said = 0;
  let silence: { readonly since: number; readonly asked: boolean } | undefined;
  const timer = setInterval(() => {
    if (socket.destroyed) {
      clearInterval(timer);
      return;
    }
    const { bytesRead, bytesWritten } = socket;
    if (bytesRead !== heard) silence = { since: performance.now(), asked: false };
    else if (bytesWritten !== said && silence?.asked === false)
      silence = { since: performance.now(), asked: true };
    heard = bytesRead;
    said = bytesWritten;
    if (silence === undefined || (mayRest && !silence.asked)) return;
    if (performance.now() - silence.since > silentMs) socket.destroy();
  }, silentMs / looks);
  timer.unref();
}
