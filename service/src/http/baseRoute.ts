import { FlotillaError } from '@flotilla/shared/errors';
import { maxHave } from '@flotilla/shared/protocol/base';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { GitError } from '../git/git.ts';
import { selectBase } from '../jobs/queries/selectBase.ts';
import { packCommit } from '../repositories/packCommit.ts';
import type { Service } from '../service.ts';
import { bearerOf } from './bearer.ts';

const parameters = z.object({ id: z.coerce.number().int().positive() });
const query = z.object({
  have: z
    .string()
    .regex(/^[0-9a-f]{40}(,[0-9a-f]{40})*$/)
    .transform((text) => text.split(','))
    .refine((commits) => commits.length <= maxHave)
    .optional(),
});

/** The commit that an Attempt works on, for its runner; the protocol is in shared/protocol/base.ts. */
export function baseRoute(app: FastifyInstance, service: Service): void {
  app.get('/attempts/:id/base', async (request, reply) => {
    const attempt = parameters.safeParse(request.params);
    const asked = query.safeParse(request.query);
    if (!attempt.success || !asked.success) {
      throw new FlotillaError(
        'request.invalid',
        `A base is GET /attempts/<id>/base?have=<commit>,… with at most ${maxHave} full ids.`,
      );
    }
    const leaseToken = z.uuid().safeParse(bearerOf(request.headers.authorization));
    if (!leaseToken.success)
      throw new FlotillaError('token.refused', 'A base opens only to the lease token of its Attempt.');
    const { id: attemptId } = attempt.data;
    const base = await selectBase(service.sql, { attemptId, leaseToken: leaseToken.data });
    if (base === undefined)
      return reply.code(410).send({ message: `Attempt ${attemptId} is no longer this runner's.` });
    service.strangers.vouch(request.raw.socket);
    const { repositoryId, baseRevision: commit } = base;
    try {
      const have = asked.data.have ?? [];
      const pack = await packCommit({ mirrorPath: service.mirrors.pathOf(repositoryId), commit, have });
      return await reply.type('application/x-git-packfile').send(pack);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      request.log.error({ err: error, repositoryId, commit }, 'a base could not be packed');
      throw new FlotillaError(
        'notFound',
        `The mirror does not give commit ${commit}: ${error.stderr.trim()}`,
      );
    }
  });
}
