import { FlotillaError } from '@flotilla/shared/errors';
import type { ComparedAttempts } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { getAttempt } from '../jobs/readJobs.ts';
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
  const { attempt: first, repositoryId } = await getAttempt(sql, user, before);
  const { attempt: second } = await getAttempt(sql, user, after);
  if (first.jobId !== second.jobId) {
    throw new FlotillaError('request.invalid', 'Only Attempts of the same job can be compared.');
  }
  const baseTree = first.patch?.baseTree ?? second.patch?.baseTree;
  if (baseTree === undefined) {
    throw new FlotillaError('notFound', 'Neither of the two attempts has a patch. Compare their logs.');
  }
  const trees = {
    baseTree: first.patch?.resultTree ?? baseTree,
    resultTree: second.patch?.resultTree ?? baseTree,
  };
  const files = await changedFiles({
    mirrorPath: mirrors.pathOf(repositoryId),
    ...trees,
    owner: `user:${user.id}`,
    signal,
  });
  return { ...trees, files };
}
