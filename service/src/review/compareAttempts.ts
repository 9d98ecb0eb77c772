import { FlotillaError } from '@flotilla/shared/errors';
import type { AttemptView, ComparedAttempts } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { getJob } from '../executions/readExecutions.ts';
import { selectAttempts } from '../jobs/queries/selectAttempts.ts';
import { changedFiles } from '../patches/changedFiles.ts';
import type { Mirrors } from '../repositories/mirrors.ts';

/**
 * The files in which the results of two Attempts of one Job differ. An Attempt without a Patch left the base as it was.
 * Refused where neither has one: there is nothing to compare.
 */
export async function compareAttempts(
  { sql, mirrors }: { readonly sql: Sql; readonly mirrors: Mirrors },
  user: User,
  [before, after]: readonly [number, number],
  signal: AbortSignal | undefined,
): Promise<ComparedAttempts> {
  const attempts = await selectAttempts(sql, sql`attempts.id in (${before}, ${after})`);
  const first = requireAttempt(attempts, before);
  const second = requireAttempt(attempts, after);
  if (first.jobId !== second.jobId) {
    throw new FlotillaError('request.invalid', 'Only Attempts of the same job can be compared.');
  }
  const baseTree = first.patch?.baseTree ?? second.patch?.baseTree;
  if (baseTree === undefined) {
    throw new FlotillaError('notFound', 'Neither of the two attempts has a patch. Compare their logs.');
  }
  const job = await getJob(sql, first.jobId);
  const trees = {
    baseTree: first.patch?.resultTree ?? baseTree,
    resultTree: second.patch?.resultTree ?? baseTree,
  };
  const files = await changedFiles({
    mirrorPath: mirrors.pathOf(job.repositoryId),
    ...trees,
    owner: `user:${user.id}`,
    signal,
  });
  return { ...trees, files };
}

function requireAttempt(attempts: readonly AttemptView[], attemptId: number): AttemptView {
  const found = attempts.find((attempt) => attempt.id === attemptId);
  if (found === undefined) throw new FlotillaError('notFound', `There is no attempt ${attemptId}.`);
  return found;
}
