import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests of one connection that may be under way. No client of ours sends the next one before it has its answer. */
const most = 16;

/** Ends connections that send requests faster than they take answers: Node would begin all that came in one packet. */
export function refusePipelines(app: FastifyInstance): void {
  const underWay = new WeakMap<Socket, number>();
  app.addHook('onRequest', async ({ raw: { socket } }, reply) => {
    const count = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, count);
    reply.raw.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    if (count <= most) return;
    reply.hijack();
    socket.destroy();
  });
}
