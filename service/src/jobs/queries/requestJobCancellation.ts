import type { Sql } from '../../db/database.ts';

/**
 * Cancels one Job: a queued one ends at once, a running one when its Runner confirms or its lease ends. One UPDATE, so
 * that a Job that is claimed at this moment is seen in its new state. Returns its Execution and whether anything
 * changed; undefined when there is no such Job.
 */
export async function requestJobCancellation(
  sql: Sql,
  jobId: number,
): Promise<{ readonly executionId: number; readonly changed: boolean } | undefined> {
  const [row] = await sql<{ execution_id: string; changed: boolean }[]>`
    with stopped as (
      update jobs
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             state = case when state = 'queued' then 'cancelled' else state end,
             ended_at = case when state = 'queued' then now() end,
             rank = case when state = 'queued' then 0 else rank end,
             changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${jobId} and state in ('queued', 'running') returning id)
    select execution_id, exists (select from stopped) as changed from jobs where id = ${jobId}`;
  return row === undefined ? undefined : { executionId: Number(row.execution_id), changed: row.changed };
}
