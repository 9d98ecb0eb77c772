import type { Sql } from '../../db/database.ts';

/**
 * Cancels an Execution: queued Jobs end at once, running ones when their Runner confirms or their lease ends. One
 * UPDATE for both, so that a Job that is claimed at this moment is seen in its new state and not missed.
 * Returns how many Jobs it touched, or undefined when there is no such Execution.
 */
export async function requestCancellation(sql: Sql, executionId: number): Promise<number | undefined> {
  const first = await requestOnce(sql, executionId);
  // Jobs that were inserted while the statement waited for the Execution's row were not there when it began.
  const second = first?.resolving === true ? await requestOnce(sql, executionId) : undefined;
  return first === undefined ? undefined : first.jobs + (second?.jobs ?? 0);
}

async function requestOnce(
  sql: Sql,
  executionId: number,
): Promise<{ readonly resolving: boolean; readonly jobs: number } | undefined> {
  const [row] = await sql<{ found: boolean; resolving: boolean; jobs: number }[]>`
    with execution as (
      update executions
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${executionId} returning id),
    held as materialized (
      select id from jobs
       where execution_id = ${executionId} and state in ('queued', 'running') order by id for update),
    stopped as (
      update jobs
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             state = case when state = 'queued' then 'cancelled' else state end,
             ended_at = case when state = 'queued' then now() end,
             changed_xid = (pg_current_xact_id()::text)::bigint
        from held where jobs.id = held.id and state in ('queued', 'running') returning jobs.id)
    select exists (select from execution) as found, (select count(*) from stopped)::int as jobs,
           exists (select from executions where id = ${executionId} and resolving_until is not null) as resolving`;
  return row?.found === true ? row : undefined;
}
