import type { RunnerJobView } from '@flotilla/shared/views';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../../jobs/liveStates.ts';
import { targetColumns, targetTables } from '../../jobs/targetColumns.ts';

/** What a Runner works on now: the Jobs of its live Attempts, in the order of their claims. */
export async function selectRunnerJobs(sql: Sql, runnerId: string): Promise<RunnerJobView[]> {
  const rows = await sql<RunnerJobView[]>`
    select attempts.id::float8 as "attemptId", attempts.job_id::float8 as "jobId",
           jobs.execution_id::float8 as "executionId", actions.name as "actionName",
           ${targetColumns(sql)}, attempts.number, attempts.state,
           (extract(epoch from attempts.claimed_at) * 1000)::float8 as "claimedAt"
      from attempts
      join jobs on jobs.id = attempts.job_id ${targetTables(sql)}
      join executions on executions.id = jobs.execution_id
      join actions on actions.id = executions.action_id
     where attempts.runner_id = ${runnerId} and attempts.state in ${liveAttemptStates(sql)}
     order by attempts.claimed_at, attempts.id`;
  return [...rows];
}
