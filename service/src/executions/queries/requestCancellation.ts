import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveJobStates } from '../../jobs/liveStates.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * Cancels an Execution: queued Jobs end at once, running ones when their Runner confirms or their lease ends. One
 * UPDATE for both, so that a Job that is claimed at this moment is seen in its new state and not missed. A statement
 * that had to wait for the Execution's row, because its Jobs were inserted or put back into the queue meanwhile, does
 * not see them: it changes nothing and is asked again. Returns whether there is such an Execution.
 */
export async function requestCancellation(sql: Sql, executionId: number, by: string): Promise<boolean> {
  for (;;) {
    const { found, requested } = await requestOnce(sql, executionId, by);
    if (requested || !found) return found;
  }
}

async function requestOnce(
  sql: Sql,
  executionId: number,
  by: string,
): Promise<{ readonly found: boolean; readonly requested: boolean }> {
  const [row] = await sql<{ found: boolean; requested: boolean }[]>`
    with execution as (
      update executions
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             ${changedNow(sql)}
       where id = ${executionId}
         -- Of the snapshot: another value in the row as it is locked says that the snapshot is too old.
         and changed_xid = (select changed_xid from executions where id = ${executionId})
      -- Of the snapshot as well: a cancellation of what is being resolved is a change, though it has no Jobs yet.
      returning id, (select resolved_at is null and cancel_requested_at is null
                       from executions as seen where seen.id = executions.id) as stops_resolution),
    held as materialized (
      select id from jobs
       where execution_id = (select id from execution) and state in ${liveJobStates(sql)}
       order by id for update),
    stopped as (
      update jobs
         set cancel_requested_at = coalesce(cancel_requested_at, now()),
             state = case when state = 'queued' then 'cancelled' else state end,
             ended_at = case when state = 'queued' then now() end,
             rank = case when state = 'queued' then 0 else rank end,
             ${changedNow(sql)}
        from held where jobs.id = held.id and state in ${liveJobStates(sql)} returning jobs.id),
    cancelled as (
      select id, (select count(*) from stopped) as jobs from execution
       where stops_resolution or exists (select from stopped)),
    audited as (${auditing(sql, {
      actor: by,
      event: 'execution.cancelled',
      details: { execution: sql`id`, jobs: sql`jobs` },
      of: sql`cancelled`,
    })})
    select exists (select from executions where id = ${executionId}) as found,
           exists (select from execution) as requested`;
  if (row === undefined) throw new Error('a cancellation was not answered');
  return row;
}
