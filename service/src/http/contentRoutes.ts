import { Readable } from 'node:stream';
import { FlotillaError } from '@flotilla/shared/errors';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readStored } from '../logs/readStream.ts';
import { readContent } from '../patches/readContent.ts';
import type { Service } from '../service.ts';
import { requireUser } from './bearer.ts';
import { requireAttempt, requireRepository } from './visibility.ts';

const content = z.object({
  repository: z.coerce.number().int().positive(),
  tree: z.string().regex(/^[0-9a-f]{40,64}$/),
  path: z.string().min(1).max(4096),
});

/**
 * File contents by tree id and patches, as raw bytes. Only the bearer token opens them, never a cookie, so any origin
 * may ask: the extension in a browser does.
 */
export function contentRoutes(app: FastifyInstance, service: Service): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*').header('x-content-type-options', 'nosniff');
  });
  app.options('/*', (_request, reply) =>
    reply
      .header('access-control-allow-headers', 'authorization')
      .header('access-control-max-age', '600')
      .code(204)
      .send(),
  );
  app.get('/contents', async (request, reply) => {
    const user = await requireUser(service, request);
    const asked = content.safeParse(request.query);
    if (!asked.success) {
      throw new FlotillaError(
        'request.invalid',
        'Contents are asked by repository, tree (a full id) and path.',
      );
    }
    const repository = await requireRepository(service, user, asked.data.repository);
    const found = await readContent({
      mirrorPath: service.mirrors.pathOf(repository.id),
      tree: asked.data.tree,
      path: asked.data.path,
    });
    if (found === null)
      throw new FlotillaError('notFound', `There is no file ${asked.data.path} in that tree.`);
    return reply
      .type('application/octet-stream')
      .header('content-length', found.size)
      .header('cache-control', 'private, max-age=31536000, immutable')
      .send(found.stream);
  });
  app.get('/attempts/:id/patch', async (request, reply) => {
    const user = await requireUser(service, request);
    const { id } = z.object({ id: z.coerce.number().int().positive() }).parse(request.params);
    await requireAttempt(service, user, id);
    // What has expired is refused before the answer begins.
    await service.streams.read(id, 'patch', 0, 1);
    return reply
      .type('application/octet-stream')
      .send(Readable.from(readStored(service.streams, id, 'patch')));
  });
}
