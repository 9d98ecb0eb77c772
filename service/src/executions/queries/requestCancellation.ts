import type { Sql } from '../../db/database.ts';

/**
 * Cancels an Execution: queued Jobs end at once, running ones when their Runner confirms or their lease ends. One
 * UPDATE for both, so that a Job that is claimed at this moment is seen in its new state and not missed. A statement
 * that had to wait for the Execution's row, because its Jobs were inserted or put back into the queue meanwhile, does
 * not see them: it changes nothing and is asked again.
 * Returns how many Jobs it touched, or undefined when there is no such Execution.
 */
export async function requestCancellation(sql: Sql, executionId: number): Promise<number | undefined> {
  for (;;) {
    const { found, requested, jobs } = await requestOnce(sql, executionId);
    if (requested) return jobs;
    if (!found) return undefined;
  }
}

async function requestOnce(
  sql: Sql,
  executionId: number,
): Promise<{ readonly found: boolean; readonly requested: boolean; readonly jobs: number }> {
  const [row] = await sql<{ found: boolean; requested: boolean; jobs: number }[]>`
    with execution as (
      update executions
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${executionId}
         -- Of the snapshot: another value in the row as it is locked says that the snapshot is too old.
         and changed_xid = (select changed_xid from executions where id = ${executionId})
      returning id),
    held as materialized (
      select id from jobs
       where execution_id = (select id from execution) and state in ('queued', 'running')
       order by id for update),
    stopped as (
      update jobs
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             state = case when state = 'queued' then 'cancelled' else state end,
             ended_at = case when state = 'queued' then now() end,
             rank = case when state = 'queued' then 0 else rank end,
             changed_xid = (pg_current_xact_id()::text)::bigint
        from held where jobs.id = held.id and state in ('queued', 'running') returning jobs.id)
    select exists (select from executions where id = ${executionId}) as found,
           exists (select from execution) as requested, (select count(*) from stopped)::int as jobs`;
  if (row === undefined) throw new Error('a cancellation was not answered');
  return row;
}
