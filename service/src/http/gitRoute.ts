import { FlotillaError } from '@flotilla/shared/errors';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { selectBase } from '../jobs/queries/selectBase.ts';
import { serveGit } from '../repositories/gitHttp.ts';
import type { Service } from '../service.ts';

const route = z.object({ repository: z.coerce.number().int().positive(), '*': z.string() });
const credentials = z.object({ attemptId: z.coerce.number().int().positive(), leaseToken: z.uuid() });

/** Read-only git for runners: a live Attempt's lease token opens the repository of its Job, and no other. */
export function gitRoute(app: FastifyInstance, service: Service): void {
  app.register(async (scope) => {
    // The body goes to git as it comes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/git/:repository.git/*', async (request, reply) => {
      const asked = route.safeParse(request.params);
      const lease = credentials.safeParse(basicOf(request.headers.authorization));
      const base = lease.success ? await selectBase(service.sql, lease.data) : undefined;
      if (!asked.success || base === undefined || base.repositoryId !== asked.data.repository) {
        reply.header('www-authenticate', 'Basic realm="flotilla"');
        throw new FlotillaError(
          'token.refused',
          'This repository opens only to the lease token of a live Attempt on it.',
        );
      }
      reply.hijack();
      await serveGit({
        mirrorPath: service.mirrors.pathOf(base.repositoryId),
        request: request.raw,
        response: reply.raw,
        pathInfo: `/${asked.data['*']}`,
        query: request.url.split('?')[1] ?? '',
        logger: service.logger,
      });
    });
  });
}

/** User and password of a basic header: `attempt-<id>` and the lease token. */
function basicOf(header: string | undefined): { attemptId: string; leaseToken: string } | undefined {
  const encoded = /^Basic (\S+)$/i.exec(header ?? '')?.[1];
  const match = /^attempt-(\d+):(.+)$/.exec(Buffer.from(encoded ?? '', 'base64').toString());
  return match === null ? undefined : { attemptId: match[1] ?? '', leaseToken: match[2] ?? '' };
}
