import { FlotillaError } from '@flotilla/shared/errors';
import { eq } from 'drizzle-orm';
import type { User } from '../auth/tokens.ts';
import type { Database } from '../db/database.ts';
import { attempts } from '../db/schema/attempts.ts';
import { jobs } from '../db/schema/jobs.ts';
import { requireRepository } from '../repositories/requireRepository.ts';

/** Where the Patch of an Attempt is. */
export interface PatchPlace {
  readonly repositoryId: number;
  readonly jobId: number;
  /** The Patch makes the second of the first; null when nothing changed, or the Attempt has not succeeded. */
  readonly trees: { readonly baseTree: string; readonly resultTree: string } | null;
}

/** Where an Attempt's Patch is. Throws unless there is such an Attempt and the user may read its repository. */
export async function requirePatch(
  context: { readonly database: Database },
  user: User,
  attemptId: number,
): Promise<PatchPlace> {
  const [row] = await context.database
    .select({
      repositoryId: jobs.repositoryId,
      jobId: jobs.id,
      baseTree: attempts.baseTree,
      resultTree: attempts.resultTree,
    })
    .from(attempts)
    .innerJoin(jobs, eq(jobs.id, attempts.jobId))
    .where(eq(attempts.id, attemptId));
  if (row === undefined) throw new FlotillaError('notFound', `There is no attempt ${attemptId}.`);
  await requireRepository(context, user, row.repositoryId);
  const { repositoryId, jobId, baseTree, resultTree } = row;
  return {
    repositoryId,
    jobId,
    trees: baseTree === null || resultTree === null ? null : { baseTree, resultTree },
  };
}
