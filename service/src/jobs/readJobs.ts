import { maxPage, type Page } from '@flotilla/shared/protocol/liveRows';
import type { AttemptView, JobView } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { listRows } from '../feed/listRows.ts';
import { canSee } from '../repositories/canSee.ts';
import { attemptsTopic } from './attemptsTopic.ts';
import { jobsTopic } from './jobsTopic.ts';
import { selectAttempts, type AttemptRow } from './queries/selectAttempts.ts';
import { selectJobs } from './queries/selectJobs.ts';
import { notThere } from './requireVisible.ts';

/** A page of the Jobs of an Execution that the user may see, in the order of their Targets. */
export function listJobs(
  sql: Sql,
  user: User,
  { executionId, after, limit }: { executionId: number; after?: number | undefined; limit: number },
): Promise<Page<JobView>> {
  return listRows(sql, jobsTopic, user, { of: executionId, after, limit });
}

/** One Job. One that is hidden is answered like one that is not there. */
export async function getJob(sql: Sql, user: User, jobId: number): Promise<JobView> {
  const [job] = await selectJobs(sql, sql`jobs.id = ${jobId}`, 1);
  if (job === undefined || !canSee(user, { id: job.repositoryId })) throw notThere({ jobId });
  return job;
}

/** The Attempts of a Job, newest first, at most a thousand; none of a Job that the user may not see. */
export async function listAttempts(sql: Sql, user: User, jobId: number): Promise<readonly AttemptView[]> {
  const { rows } = await listRows(sql, attemptsTopic, user, { of: jobId, after: undefined, limit: maxPage });
  return rows;
}

/** One Attempt. One that is hidden is answered like one that is not there. */
export async function getAttempt(sql: Sql, user: User, attemptId: number): Promise<AttemptRow> {
  const [row] = await selectAttempts(sql, sql`attempts.id = ${attemptId}`, 1);
  if (row === undefined || !canSee(user, { id: row.repositoryId })) throw notThere({ attemptId });
  return row;
}
