import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { canSee } from '../repositories/canSee.ts';
import { selectRepositoryOf, type JobOrAttempt } from './queries/selectRepositoryOf.ts';

/** Whether there is such a Job or Attempt, in a repository that the user may see. */
export async function isVisible(sql: Sql, user: Pick<User, 'sees'>, which: JobOrAttempt): Promise<boolean> {
  const id = await selectRepositoryOf(sql, which);
  return id !== undefined && canSee(user, { id });
}

/** Throws unless there is such a Job or Attempt, in a repository that the user may see. */
export async function requireVisible(sql: Sql, user: Pick<User, 'sees'>, which: JobOrAttempt): Promise<void> {
  if (!(await isVisible(sql, user, which))) throw notThere(which);
}

/** What is answered where there is none, or none that the user may see. */
export function notThere(which: JobOrAttempt): FlotillaError {
  const what = 'jobId' in which ? `job ${which.jobId}` : `attempt ${which.attemptId}`;
  return new FlotillaError('notFound', `There is no ${what}.`);
}
