import type { Sql } from '../../db/database.ts';

export interface Due {
  /** Executions whose held Jobs may have become claimable, or whose Jobs should be held. */
  readonly executionIds: readonly number[];
  /** Until the next back-off ends, in milliseconds; null when there is none. */
  readonly nextInMs: number | null;
}

/** What an admission has to look at now. */
export async function executionsToAdmit(sql: Sql): Promise<Due> {
  const rows = await sql<{ execution_id: string; due: boolean; next_in_ms: number | null }[]>`
    select execution_id,
           (bool_or(not_before is null or not_before <= now()) and bool_and(paused_at is null)) as due,
           (extract(epoch from min(not_before) filter (where not_before > now()) - now()) * 1000)::float8 as next_in_ms
      from jobs join executions on executions.id = jobs.execution_id
     where state = 'queued' and not ready
     group by execution_id
    union all
    select executions.id, true, null from executions
     where paused_at is not null
       and exists (select from jobs where execution_id = executions.id and state = 'queued' and ready)`;
  const pauses = rows.flatMap(({ next_in_ms: ms }) => (ms === null ? [] : [ms]));
  return {
    executionIds: rows.filter(({ due }) => due).map((row) => Number(row.execution_id)),
    nextInMs: pauses.length === 0 ? null : Math.max(1, Math.min(...pauses)),
  };
}
