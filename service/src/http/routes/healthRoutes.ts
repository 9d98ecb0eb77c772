import type { FastifyInstance } from 'fastify';
import { answers } from '../../db/answers.ts';
import type { Service } from '../../service.ts';
import { programVersion } from '../../version.ts';
import type { Stopping } from '../stopping.ts';

/**
 * `/healthz`: the process lives. `/readyz`: it can serve, that is, it reaches its database and is not about to stop.
 * Neither needs a token.
 */
export function healthRoutes(app: FastifyInstance, service: Service, stopping: Stopping): void {
  let asked: Promise<void> | undefined;
  app.get('/healthz', () => ({ program: 'flotilla', version: programVersion }));
  app.get('/readyz', async (_request, reply) => {
    if (stopping.now)
      return reply.code(503).send({ ready: false, message: 'This replica is about to stop.' });
    try {
      // One question at a time, however many ask: nobody needs a token for this.
      asked ??= answers(service.sql).finally(() => (asked = undefined));
      await asked;
      return { ready: true };
    } catch {
      return reply.code(503).send({ ready: false, message: 'The database does not answer.' });
    }
  });
  app.get('/connect', (_request, reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .send('This address is for VS Code: run "Flotilla: Connect to Server…" and paste it there.\n'),
  );
}
