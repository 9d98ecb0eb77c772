import { FlotillaError } from '@flotilla/shared/errors';
import { maxHave } from '@flotilla/shared/protocol/base';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { GitError } from '../../git/git.ts';
import { baseOf } from '../../jobs/baseOf.ts';
import { packCommit } from '../../repositories/packCommit.ts';
import type { Service } from '../../service.ts';
import { bearerOf } from './bearer.ts';
import { attemptInPath } from './parameters.ts';

/** A runner that has taken nothing for so long is cut off; it asks again. */
const stallMs = 60_000;

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
  /** What ends the one answer of an Attempt: its runner asks again when it has lost the one before. */
  const open = new Map<number, AbortController>();
  app.get('/attempts/:id/base', async (request, reply) => {
    const attempt = attemptInPath.safeParse(request.params);
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
    const base = await baseOf(service.sql, { attemptId, leaseToken: leaseToken.data });
    if (base === undefined)
      return reply.code(410).send({ message: `Attempt ${attemptId} is no longer this runner's.` });
    service.strangers.vouch(request.raw.socket, 'runners');
    const { repositoryId, baseRevision: commit } = base;
    const ending = new AbortController();
    open.get(attemptId)?.abort();
    open.set(attemptId, ending);
    endsWith(reply, ending, () => {
      if (open.get(attemptId) === ending) open.delete(attemptId);
    });
    try {
      const pack = await packCommit({
        mirrorPath: service.mirrors.pathOf(repositoryId),
        commit,
        have: asked.data.have ?? [],
        owner: `runner:${base.runnerId}`,
        signal: ending.signal,
      });
      reply.raw.setTimeout(stallMs, () => ending.abort());
      return await reply.type('application/x-git-packfile').send(pack);
    } catch (error) {
      if (ending.signal.aborted) return reply;
      if (!(error instanceof GitError)) throw error;
      request.log.error({ err: error, repositoryId, commit }, 'a base could not be packed');
      throw new FlotillaError(
        'notFound',
        `The mirror does not give commit ${commit}: ${error.stderr.trim()}`,
      );
    }
  });
}

/** An answer that is ended by a signal, and ends what makes it when its reader leaves. */
function endsWith({ raw }: FastifyReply, ending: AbortController, closed: () => void): void {
  const close = () => {
    ending.abort();
    closed();
  };
  if (raw.destroyed) return close();
  ending.signal.addEventListener('abort', () => raw.destroy(), { once: true });
  raw.once('close', close);
}
