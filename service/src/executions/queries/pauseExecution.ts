import type { Sql } from '../../db/database.ts';

/**
 * Pauses an Execution: no Job of it is claimed any more, those that run go on. One auto-commit statement; a Job that
 * comes back to the queue at this moment is held by the next look of the admission. Returns whether it was paused by
 * this call; undefined when there is no such Execution.
 */
export async function pauseExecution(
  sql: Sql,
  executionId: number,
  by: string,
): Promise<boolean | undefined> {
  const [row] = await sql<{ found: boolean; paused: boolean }[]>`
    with paused as (
      update executions
         set paused_at = now(), paused_by = ${by}, changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${executionId} and paused_at is null returning id),
    ready as materialized (
      select id from jobs where execution_id in (select id from paused) and state = 'queued' and ready
       order by id for update),
    held as (
      update jobs set ready = false, changed_xid = (pg_current_xact_id()::text)::bigint
        from ready where jobs.id = ready.id and state = 'queued')
    select exists (select from executions where id = ${executionId}) as found,
           exists (select from paused) as paused`;
  return row?.found === true ? row.paused : undefined;
}
