import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveJobStates } from '../liveStates.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * Cancels one Job: a queued one ends at once, a running one when its Runner confirms or its lease ends. One UPDATE, so
 * that a Job that is claimed at this moment is seen in its new state. Returns its Execution; undefined when there is no
 * such Job.
 */
export async function requestJobCancellation(
  sql: Sql,
  jobId: number,
  by: string,
): Promise<number | undefined> {
  const [row] = await sql<{ execution_id: string }[]>`
    with stopped as (
      update jobs
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             state = case when state = 'queued' then 'cancelled' else state end,
             ended_at = case when state = 'queued' then now() end,
             rank = case when state = 'queued' then 0 else rank end,
             ${changedNow(sql)}
       where id = ${jobId} and state in ${liveJobStates(sql)} returning id),
    audited as (${auditing(sql, {
      actor: by,
      event: 'job.cancelled',
      details: { job: sql`id` },
      of: sql`stopped`,
    })})
    select execution_id from jobs where id = ${jobId}`;
  return row === undefined ? undefined : Number(row.execution_id);
}
