import { FlotillaError } from '@flotilla/shared/errors';
import { isPinOf } from '@flotilla/shared/protocol/imageName';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { ProgressInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../db/database.ts';
import type { Definitions } from '../executions/definitions.ts';
import { announceEnds, type EndsContext } from './announceEnds.ts';
import { requireHolder } from './requireHolder.ts';
import { pinImage } from './queries/pinImage.ts';
import { loseAttempts } from './queries/loseAttempts.ts';
import { releaseAttempt } from './queries/releaseAttempt.ts';
import { reportProgress } from './queries/reportProgress.ts';
import { selectHeldExecution } from './queries/selectHeldExecution.ts';
import { imageOf } from './stepImage.ts';

interface LeaseContext extends EndsContext {
  readonly sql: Sql;
}

/** Notes how far an Attempt's Steps are. Throws `attempt.fenced`. */
export async function progress({ sql, hints }: LeaseContext, report: ProgressInput): Promise<void> {
  requireHolder(await reportProgress(sql, report), report.attemptId);
  hints.publish('changes');
}

/**
 * Pins an image for the Attempt's Execution and returns the digest that stands: for all its other Attempts, on whatever
 * runner. So it has to be an image that a Step of it names, and the digest one of that image's repository. Throws
 * `attempt.fenced`.
 */
export async function pin(
  { sql, definitions }: LeaseContext & { readonly definitions: Definitions },
  lease: LeaseRef,
  image: string,
  digest: string,
): Promise<string> {
  const executionId = requireHolder(await selectHeldExecution(sql, lease), lease.attemptId);
  const definition = await definitions.of(executionId);
  if (!definition.steps.some((step) => imageOf(definition, step) === image))
    throw new FlotillaError(
      'request.invalid',
      `No step of execution ${executionId} names the image "${image}".`,
    );
  if (!isPinOf(image, digest))
    throw new FlotillaError(
      'request.invalid',
      `Image "${image}" cannot be pinned by "${digest}": that is neither a digest of its repository nor an id.`,
    );
  return requireHolder(await pinImage(sql, lease, image, digest), lease.attemptId);
}

/** Gives an Attempt back to the queue. A repeated call, or one for a lost Attempt, changes nothing. */
export async function release(context: LeaseContext, lease: LeaseRef): Promise<void> {
  const executionId = await releaseAttempt(context.sql, lease);
  if (executionId !== undefined) announceEnds(context, [{ ...lease, executionId }]);
}

/**
 * The process that ran an Attempt is gone, and all that it wrote has been brought in: the Attempt is lost now, not when
 * its lease ends. A repeated call, or one for an Attempt that has ended, changes nothing.
 */
export async function surrender(context: LeaseContext, lease: LeaseRef): Promise<void> {
  announceEnds(context, await loseAttempts(context.sql, { cause: 'surrendered', lease }));
}
