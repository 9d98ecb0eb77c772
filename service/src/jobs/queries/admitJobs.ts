import { createHash } from 'node:crypto';
import { changedNowText } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';

/**
 * A function in the database, because each of its statements sees what was committed before it began: the counts are taken
 * after the Execution's row is locked. Rows are locked in the order of their ids, as everywhere where a statement takes
 * several. All Jobs of an Execution have one priority. Without a limit `room` is null, which is no limit.
 */
const body = `
declare
  execution executions%rowtype;
  failures bigint;
  room bigint;
  admitted integer;
begin
  select * into execution from executions where id = asked for no key update;
  if not found then
    return 0;
  end if;
  if execution.max_failures is not null and execution.paused_at is null then
    select count(*) into failures from jobs where execution_id = asked and state in ('failed', 'timedOut', 'errored');
    if failures - execution.failures_forgiven >= execution.max_failures
       and exists (select from jobs where execution_id = asked and state = 'queued') then
      update executions set paused_at = now(), paused_by = null, ${changedNowText}
       where id = asked returning * into execution;
    end if;
  end if;
  if execution.paused_at is not null then
    with ready as materialized (
      select id from jobs where execution_id = asked and state = 'queued' and ready order by id for update)
    update jobs set ready = false, ${changedNowText}
      from ready where jobs.id = ready.id and state = 'queued';
    return 0;
  end if;
  if execution.max_parallel is not null then
    room := greatest(0, execution.max_parallel
      - (select count(*) from jobs where execution_id = asked and state = 'running')
      - (select count(*) from jobs where execution_id = asked and state = 'queued' and ready));
  end if;
  with due as (
    select id from jobs
     where execution_id = asked and state = 'queued' and not ready and (not_before is null or not_before <= now())
     order by rank, id limit room),
  chosen as materialized (
    select id from jobs where id in (select id from due) order by id for update)
  update jobs set ready = true, not_before = null, ${changedNowText}
    from chosen where jobs.id = chosen.id and state = 'queued';
  get diagnostics admitted = row_count;
  return admitted;
end`;

/** Its name says which text it has: programs of several versions may use one database, each its own. */
const name = `admit_jobs_${createHash('sha256').update(body).digest('hex').slice(0, 12)}`;

/** Makes the function of {@link admitJobs} where it is not there yet. Before the first call; replicas take turns. */
export async function defineAdmitJobs(sql: Sql): Promise<void> {
  const [known] = await sql<
    { id: string | null }[]
  >`select to_regprocedure(${`${name}(bigint)`})::text as id`;
  if (known?.id != null) return;
  // One message, and so one transaction.
  await sql.unsafe(`
    select pg_advisory_xact_lock(hashtextextended('${name}', 0));
    create or replace function ${name}(asked bigint) returns integer language plpgsql as $$${body}$$`);
}

/**
 * Makes an Execution's held Jobs claimable as far as it has room, holds them while it is paused, and pauses it when
 * its failures have reached `maxFailures`. Returns how many it admitted.
 */
export async function admitJobs(sql: Sql, executionId: number): Promise<number> {
  const [row] = await sql<{ admitted: number }[]>`select ${sql(name)}(${executionId}) as admitted`;
  return row?.admitted ?? 0;
}
