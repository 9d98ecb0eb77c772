import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How long an answer is waited for, in milliseconds. */
const answerMs = 5000;

/** Connects below HTTP. What breaks the connection later is no error of the attacker's. */
export async function openRaw(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => socket.destroy());
  return socket;
}

/** The head of a request to become a WebSocket; `headers` replace those that a good one has. */
export function upgradeRequest(
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): string {
  const all: Record<string, string | readonly string[]> = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** What is answered, from the status on; empty when the connection is closed without a word. */
export async function rawAnswer(url: string, request: string): Promise<string> {
  const socket = await openRaw(url);
  try {
    socket.write(request, 'latin1');
    const answered = Promise.withResolvers<string>();
    socket.once('data', (data) => answered.resolve(data.toString('latin1')));
    socket.once('close', () => answered.resolve(''));
    AbortSignal.timeout(answerMs).addEventListener('abort', () => answered.reject(new Error('no answer')));
    return (await answered.promise).replace(/^HTTP\/1\.1 /, '');
  } finally {
    socket.destroy();
  }
}
