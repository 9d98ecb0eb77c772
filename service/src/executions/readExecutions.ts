import { FlotillaError } from '@flotilla/shared/errors';
import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import type { Sql } from '../db/database.ts';
import { selectAttempts } from '../jobs/queries/selectAttempts.ts';
import { selectJobs } from '../jobs/queries/selectJobs.ts';
import { executionView } from './executionView.ts';
import { selectExecutions } from './queries/selectExecutions.ts';

/** The newest Executions first. */
export async function listExecutions(sql: Sql, userId: number, limit: number): Promise<ExecutionView[]> {
  const rows = await selectExecutions(sql, sql`true`, limit);
  return rows.map((row) => executionView(row, userId));
}

/** One Execution. */
export async function getExecution(sql: Sql, userId: number, executionId: number): Promise<ExecutionView> {
  const [row] = await selectExecutions(sql, sql`id = ${executionId}`, 1);
  if (row === undefined) throw new FlotillaError('notFound', `There is no execution ${executionId}.`);
  return executionView(row, userId);
}

/** The Jobs of an Execution, by repository name. */
export function listJobs(sql: Sql, executionId: number): Promise<JobView[]> {
  return selectJobs(sql, sql`jobs.execution_id = ${executionId}`);
}

/** One Job. */
export async function getJob(sql: Sql, jobId: number): Promise<JobView> {
  const [job] = await selectJobs(sql, sql`jobs.id = ${jobId}`);
  if (job === undefined) throw new FlotillaError('notFound', `There is no job ${jobId}.`);
  return job;
}

/** The Attempts of a Job, newest first. */
export function listAttempts(sql: Sql, jobId: number): Promise<AttemptView[]> {
  return selectAttempts(sql, sql`attempts.job_id = ${jobId}`);
}
