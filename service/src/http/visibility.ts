import { FlotillaError } from '@flotilla/shared/errors';
import { eq } from 'drizzle-orm';
import type { User } from '../auth/tokens.ts';
import { attempts } from '../db/schema/attempts.ts';
import { jobs } from '../db/schema/jobs.ts';
import { repositories } from '../db/schema/repositories.ts';
import { canSee } from '../repositories/canSee.ts';
import type { Service } from '../service.ts';

/** A repository that the user may read. One that is hidden is answered like one that is not there. */
export async function requireRepository(
  service: Service,
  user: User,
  repositoryId: number,
): Promise<typeof repositories.$inferSelect> {
  const [repository] = await service.database
    .select()
    .from(repositories)
    .where(eq(repositories.id, repositoryId));
  if (repository === undefined || !canSee(user, repository)) {
    throw new FlotillaError('notFound', `There is no repository ${repositoryId}.`);
  }
  return repository;
}

/** Where the Patch of an Attempt is. */
export interface PatchPlace {
  readonly repositoryId: number;
  readonly jobId: number;
  /** The Patch makes the second of the first; null when nothing changed, or the Attempt has not succeeded. */
  readonly trees: { readonly baseTree: string; readonly resultTree: string } | null;
}

/** Where an Attempt's Patch is. Throws unless there is such an Attempt and the user may read its repository. */
export async function requirePatch(service: Service, user: User, attemptId: number): Promise<PatchPlace> {
  const [row] = await service.database
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
  await requireRepository(service, user, row.repositoryId);
  const { repositoryId, jobId, baseTree, resultTree } = row;
  return {
    repositoryId,
    jobId,
    trees: baseTree === null || resultTree === null ? null : { baseTree, resultTree },
  };
}
