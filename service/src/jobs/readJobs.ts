import type { AttemptView, JobView } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { canSee } from '../repositories/canSee.ts';
import { selectAttempts, type AttemptRow } from './queries/selectAttempts.ts';
import { selectJobs } from './queries/selectJobs.ts';
import { notThere } from './requireVisible.ts';

/** The Jobs of an Execution that the user may see, by the names of their Targets. */
export async function listJobs(sql: Sql, user: User, executionId: number): Promise<JobView[]> {
  const jobs = await selectJobs(sql, sql`jobs.execution_id = ${executionId}`);
  return jobs.filter((job) => canSee(user, { id: job.repositoryId }));
}

/** One Job. One that is hidden is answered like one that is not there. */
export async function getJob(sql: Sql, user: User, jobId: number): Promise<JobView> {
  const [job] = await selectJobs(sql, sql`jobs.id = ${jobId}`);
  if (job === undefined || !canSee(user, { id: job.repositoryId })) throw notThere({ jobId });
  return job;
}

/** The Attempts of a Job, newest first; none of a Job that the user may not see. */
export async function listAttempts(sql: Sql, user: User, jobId: number): Promise<AttemptView[]> {
  const rows = await selectAttempts(sql, sql`attempts.job_id = ${jobId}`);
  return rows.filter(({ repositoryId: id }) => canSee(user, { id })).map(({ attempt }) => attempt);
}

/** One Attempt. One that is hidden is answered like one that is not there. */
export async function getAttempt(sql: Sql, user: User, attemptId: number): Promise<AttemptRow> {
  const [row] = await selectAttempts(sql, sql`attempts.id = ${attemptId}`);
  if (row === undefined || !canSee(user, { id: row.repositoryId })) throw notThere({ attemptId });
  return row;
}
