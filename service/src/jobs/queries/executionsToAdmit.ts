import type { Sql } from '../../db/database.ts';

export interface Due {
  /** Executions whose held Jobs may have become claimable, or whose Jobs should be held. */
  readonly executionIds: readonly number[];
  /** Until the next back-off ends, in milliseconds; null when there is none. */
  readonly nextInMs: number | null;
}

/**
 * What an admission has to look at now: Executions that hold Jobs (found by skipping through their index), those that
 * are paused and should hold them, and those that their failures may have to pause.
 */
export async function executionsToAdmit(sql: Sql): Promise<Due> {
  const rows = await sql<{ execution_id: string; due: boolean; next_in_ms: number | null }[]>`
    with recursive holding as (
      (select execution_id from jobs where state = 'queued' and not ready order by execution_id limit 1)
      union all
      select (select jobs.execution_id from jobs where state = 'queued' and not ready
                 and jobs.execution_id > holding.execution_id order by jobs.execution_id limit 1)
        from holding where holding.execution_id is not null)
    select execution_id, paused_at is null as due,
           (select (extract(epoch from min(not_before) - now()) * 1000)::float8 from jobs
             where jobs.execution_id = holding.execution_id and state = 'queued' and not ready
               and not_before > now()) as next_in_ms
      from holding join executions on executions.id = holding.execution_id
    union all
    select id, true, null from executions
     where paused_at is not null
       and exists (select from jobs where execution_id = executions.id and state = 'queued' and ready)
    union all
    select id, true, null from executions
     where max_failures is not null and paused_at is null
       and exists (select from jobs where execution_id = executions.id and state = 'queued' and ready)`;
  const pauses = rows.flatMap(({ next_in_ms: ms }) => (ms === null ? [] : [ms]));
  return {
    executionIds: rows.filter(({ due }) => due).map((row) => Number(row.execution_id)),
    nextInMs: pauses.length === 0 ? null : Math.max(1, Math.min(...pauses)),
  };
}
