import type { LeaseRef, StepProgress } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { requireHolder } from './requireHolder.ts';
import { pinImage } from './queries/pinImage.ts';
import { releaseAttempt } from './queries/releaseAttempt.ts';
import { reportProgress } from './queries/reportProgress.ts';

interface LeaseContext {
  readonly sql: Sql;
  readonly hints: Hints;
}

/** Notes how far an Attempt's Steps are. Throws `attempt.fenced`. */
export async function progress(
  { sql, hints }: LeaseContext,
  lease: LeaseRef,
  steps: readonly StepProgress[],
): Promise<void> {
  requireHolder(await reportProgress(sql, lease, steps), lease.attemptId);
  hints.publish('changes');
}

/** Pins an image for the Attempt's Execution and returns the digest that stands. Throws `attempt.fenced`. */
export async function pin(
  { sql }: LeaseContext,
  lease: LeaseRef,
  image: string,
  digest: string,
): Promise<string> {
  return requireHolder(await pinImage(sql, lease, image, digest), lease.attemptId);
}

/** Gives an Attempt back to the queue. A repeated call, or one for a lost Attempt, changes nothing. */
export async function release({ sql, hints }: LeaseContext, lease: LeaseRef): Promise<void> {
  if (!(await releaseAttempt(sql, lease))) return;
  hints.publish(`log:${lease.attemptId}`);
  hints.publish('queue');
  hints.publish('changes');
}
