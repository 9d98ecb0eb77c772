import type { FastifyInstance } from 'fastify';

/** How long a body may stand still, in milliseconds. How long it takes in all is another limit: links may be slow. */
const standstillMs = 15_000;

/** Ends the connection of a request whose body has begun and does not go on. */
export function endStalledBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    const { socket, headers } = raw;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    let seen = socket.bytesRead;
    const timer = setInterval(() => {
      if (raw.complete) clearInterval(timer);
      else if (socket.bytesRead === seen) socket.destroy();
      seen = socket.bytesRead;
    }, standstillMs);
    raw.once('close', () => clearInterval(timer));
  });
}
