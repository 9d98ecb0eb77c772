import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';

export interface Rerun {
  readonly executionId: number;
  readonly jobs: number;
}

/**
 * Puts ended Jobs back into the queue, behind what waits already: each gets a new Attempt, and keeps the old ones. What
 * its Execution was told before (a cancellation) is over; its pause stands. One auto-commit statement. `which` is a
 * condition on rows of `jobs`; Jobs that live are left alone.
 */
export async function rerunJobs(sql: Sql, which: Fragment): Promise<Rerun[]> {
  const rows = await sql<{ execution_id: string; jobs: number }[]>`
    with chosen as materialized (
      select id, execution_id, fairness_class from jobs
       where ${which} and state not in ('queued', 'running') order by id for update),
    base as (
      select fairness_class,
             case when fairness_class = 0 then 0
                  else greatest((select max(rank) from jobs where state = 'queued' and fairness_class = chosen.fairness_class),
                                (select min(rank) - 1 from jobs where state = 'queued')) end as rank
        from (select distinct fairness_class from chosen) as chosen),
    ranked as (
      select id, execution_id,
             case when base.rank > 0 then base.rank + row_number() over (partition by fairness_class order by id)
                  else nextval(pg_get_serial_sequence('jobs', 'id')) end as rank
        from chosen join base using (fairness_class)),
    queued as (
      update jobs
         set state = 'queued', rank = ranked.rank, lost_count = 0, errored_count = 0, cancel_requested_at = null,
             ended_at = null, not_before = null,
             ready = (select max_parallel is null and paused_at is null from executions
                       where id = ranked.execution_id),
             changed_xid = (pg_current_xact_id()::text)::bigint
        from ranked where jobs.id = ranked.id
      returning jobs.execution_id),
    revived as (
      update executions set cancel_requested_at = null, changed_xid = (pg_current_xact_id()::text)::bigint
       where id in (select execution_id from queued))
    select execution_id, count(*)::int as jobs from queued group by execution_id`;
  return rows.map((row) => ({ executionId: Number(row.execution_id), jobs: row.jobs }));
}
