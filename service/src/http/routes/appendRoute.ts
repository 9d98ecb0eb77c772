import { FlotillaError } from '@flotilla/shared/errors';
import { maxAppendBytes, maxPatchBytes, type AppendAnswer } from '@flotilla/shared/protocol/streams';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Service } from '../../service.ts';
import { bearerOf } from './bearer.ts';

const parameters = z.object({ id: z.coerce.number().int().positive(), stream: z.enum(['log', 'patch']) });
const query = z.object({ offset: z.coerce.number().int().min(0) });
/** Above a runner's own limit, for frame headers, notices and the tail it keeps: a runner that does not stop is stopped here. */
const logSlackBytes = 16 * 1024 * 1024;

/** Log and patch bytes from runners; the protocol is in shared/protocol/streams.ts. */
export function appendRoute(app: FastifyInstance, service: Service): void {
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: maxAppendBytes },
    (_request, body, done) => done(null, body),
  );
  // Before the body is read: a stranger's is not kept.
  const onRequest = async (request: FastifyRequest) => {
    leaseTokenOf(request);
  };
  app.post('/attempts/:id/:stream', { bodyLimit: maxAppendBytes, onRequest }, async (request, reply) => {
    const target = parameters.safeParse(request.params);
    const place = query.safeParse(request.query);
    if (!target.success || !place.success || !Buffer.isBuffer(request.body) || request.body.length === 0) {
      throw new FlotillaError(
        'request.invalid',
        'An append is POST /attempts/<id>/log|patch?offset=<n> with bytes.',
      );
    }
    const { id: attemptId, stream } = target.data;
    const limit = stream === 'patch' ? maxPatchBytes : service.config.logLimitBytes + logSlackBytes;
    if (place.data.offset + request.body.length > limit) {
      throw new FlotillaError('content.tooLarge', `The ${stream} is larger than ${limit} bytes.`);
    }
    const stored = await service.logs.append({
      attemptId,
      leaseToken: leaseTokenOf(request),
      stream,
      offset: place.data.offset,
      data: request.body,
    });
    if (stored.result === 'fenced') {
      return reply.code(410).send({ message: `Attempt ${attemptId} is no longer this runner's.` });
    }
    service.strangers.vouch(request.raw.socket, 'runners');
    const answer: AppendAnswer = { end: stored.end };
    return reply.code(stored.result === 'mismatch' ? 409 : 200).send(answer);
  });
}

function leaseTokenOf(request: FastifyRequest): string {
  const leaseToken = z.uuid().safeParse(bearerOf(request.headers.authorization));
  if (!leaseToken.success)
    throw new FlotillaError('token.refused', 'An append needs the lease token as bearer.');
  return leaseToken.data;
}
