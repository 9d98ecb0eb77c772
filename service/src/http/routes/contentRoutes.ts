import { FlotillaError } from '@flotilla/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { patchText } from '../../patches/patchText.ts';
import { readContent } from '../../patches/readContent.ts';
import { requirePatch } from '../../patches/requirePatch.ts';
import { spool } from '../../patches/spool.ts';
import { requireRepository } from '../../repositories/requireRepository.ts';
import { leftOutFiles } from '../../review/leftOutFiles.ts';
import type { Service } from '../../service.ts';
import { requireUser } from './bearer.ts';
import { attemptInPath, idText } from './parameters.ts';
import { sendSpool } from './sendSpool.ts';
import { Turns } from './turns.ts';

const content = z.object({
  repository: idText,
  tree: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
  // No path of git's has a NUL.
  path: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[^\0]*$/),
});

/** A browser opens six connections to a service; an editor that reviews 100 files asks for 200 sides of them at once. */
const turnLimits = { perUser: 4, inAll: 32, waitingPerUser: 1000 };

/**
 * File contents by tree id and patches, as raw bytes. Only the bearer token opens them, never a cookie, so any origin
 * may ask: the extension in a browser does.
 */
export function contentRoutes(app: FastifyInstance, service: Service): void {
  const turns = new Turns(turnLimits);
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
    const { tree, path } = asked.data;
    const repository = await requireRepository(service, user, asked.data.repository);
    const mirrorPath = service.mirrors.pathOf(repository.id);
    return sendSpool({ reply, turns, userId: user.id, what: `File ${path}` }, async (signal) => {
      const found = await readContent({ mirrorPath, tree, path, signal, owner: `user:${user.id}` });
      if (found === null) throw new FlotillaError('notFound', `There is no file ${path} in that tree.`);
      reply.header('cache-control', 'private, max-age=31536000, immutable');
      return found;
    });
  });
  const sendPatch = async (request: FastifyRequest, reply: FastifyReply, without: 'nothing' | 'leftOut') => {
    const user = await requireUser(service, request);
    const attempt = attemptInPath.safeParse(request.params);
    if (!attempt.success)
      throw new FlotillaError('request.invalid', 'A patch is GET /attempts/<id>/patch, or …/patch/included.');
    const { id } = attempt.data;
    const { repositoryId, jobId, trees } = await requirePatch(service, user, id);
    // What has expired is not made again.
    await service.streams.read(id, 'patch', 0, 1);
    return sendSpool(
      { reply, turns, userId: user.id, what: `The patch of attempt ${id}` },
      async (signal) => {
        if (trees === null) return spool([], 0);
        const mirrorPath = service.mirrors.pathOf(repositoryId);
        const leftOut =
          without === 'nothing' ? new Set<string>() : await leftOutFiles(service.database, jobId);
        return patchText({ mirrorPath, ...trees, signal, owner: `user:${user.id}` }, leftOut);
      },
    );
  };
  app.get('/attempts/:id/patch', (request, reply) => sendPatch(request, reply, 'nothing'));
  /** Without the files that a reviewer left out of its Job. */
  app.get('/attempts/:id/patch/included', (request, reply) => sendPatch(request, reply, 'leftOut'));
}
