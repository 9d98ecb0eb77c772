import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';

const engineSocket = '/var/run/docker.sock';

/** The machine's Docker Engine at another address, where some calls are answered with an error. */
export interface RefusingEngine extends AsyncDisposable {
  readonly socketPath: string;
}

/** Puts a socket at that path in front of the machine's engine. What is refused is answered as a busy device is. */
export async function startRefusingEngine(
  socketPath: string,
  isRefused: (call: Pick<IncomingMessage, 'method' | 'url'>) => boolean,
): Promise<RefusingEngine> {
  const server = createServer((call, answer) => {
    if (isRefused(call)) {
      answer.writeHead(500, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ message: 'driver "overlay2" failed: device or resource busy' }));
      return;
    }
    const { method, url: path, headers } = call;
    const passed = request({ socketPath: engineSocket, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on('error', (error) => answer.destroy(error));
    call.pipe(passed);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
