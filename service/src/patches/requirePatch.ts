import { eq } from 'drizzle-orm';
import type { User } from '../auth/tokens.ts';
import type { Database } from '../db/database.ts';
import { attempts } from '../db/schema/attempts.ts';
import { jobs } from '../db/schema/jobs.ts';
import { notThere } from '../jobs/requireVisible.ts';
import { canSee } from '../repositories/canSee.ts';

/** Where the Patch of an Attempt is. */
export interface PatchPlace {
  readonly repositoryId: number;
  readonly jobId: number;
  /** The Patch makes the second of the first; null when nothing changed, or the Attempt has not succeeded. */
  readonly trees: { readonly baseTree: string; readonly resultTree: string } | null;
}

/** Where an Attempt's Patch is. Throws unless there is such an Attempt and the user may read its repository. */
export async function requirePatch(
  { database }: { readonly database: Database },
  user: User,
  attemptId: number,
): Promise<PatchPlace> {
  const [row] = await database
    .select({
      repositoryId: jobs.repositoryId,
      jobId: jobs.id,
      baseTree: attempts.baseTree,
      resultTree: attempts.resultTree,
    })
    .from(attempts)
    .innerJoin(jobs, eq(jobs.id, attempts.jobId))
    .where(eq(attempts.id, attemptId));
  if (row === undefined || !canSee(user, { id: row.repositoryId })) throw notThere({ attemptId });
  const { repositoryId, jobId, baseTree, resultTree } = row;
  return {
    repositoryId,
    jobId,
    trees: baseTree === null || resultTree === null ? null : { baseTree, resultTree },
  };
}
