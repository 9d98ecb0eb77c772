import type { Sql } from '../../../service/src/db/database.ts';

/**
 * What the rows of some Executions have that the spec's invariants exclude, each as a sentence with an id. A look at
 * any moment, while others write; what holds only when the admission and the settlement have looked is {@link unsettled}.
 */
export async function brokenInvariants(
  sql: Sql,
  executionIds: readonly number[],
  leaseMs: number,
): Promise<string[]> {
  const rows = await sql<{ broken: string; id: string }[]>`
    with chosen as materialized (
      select * from executions where id in (${ids(sql, executionIds)})),
    own as materialized (
      select jobs.* from jobs join chosen on chosen.id = execution_id),
    tries as materialized (
      select attempts.*, attempts.state in ('claimed', 'running') as live
        from attempts join own on own.id = job_id),
    counted as materialized (
      select execution_id, count(*) filter (where state = 'running') as running,
             count(*) filter (where state = 'queued' and ready) as ready,
             count(*) filter (where state = 'queued') as queued,
             count(*) filter (where state in ('failed', 'timedOut', 'errored')) as failures
        from own group by execution_id)
    select 'I1: two Attempts of a Job live' as broken, job_id as id
      from tries where live group by job_id having count(*) > 1
    union all
    select 'I1: a Job runs without a live Attempt, or has one without running', own.id
      from own left join tries on tries.job_id = own.id and live where (own.state = 'running') <> (tries.id is not null)
    union all
    select 'I3: an Attempt lives that is not the current one of its Job', tries.id
      from tries join own on own.id = job_id where live and current_attempt_id is distinct from tries.id
    union all
    select 'I3: the current Attempt of a Job is not its last, or Attempts are missing', own.id
      from own cross join lateral (
        select count(*) as made, max(number) as last, max(tries.id) as current from tries where job_id = own.id) as tried
     where made <> attempt_count or last is distinct from nullif(attempt_count, 0)
        or current is distinct from current_attempt_id
    union all
    select 'I3: the result of a Job is not that of its current Attempt', own.id
      from own left join tries on tries.id = current_attempt_id
     where own.state in ('succeeded', 'failed', 'timedOut') and tries.state is distinct from own.state
        or own.state = 'errored' and tries.state not in ('errored', 'lost')
    union all
    select 'the end of a Job is not noted, or it has none', id
      from own where (ended_at is null) <> (state in ('queued', 'running'))
    union all
    select 'the end of an Attempt is not noted, or it has none', id
      from tries where (ended_at is null) <> live or (outcome is null) <> live or outcome ->> 'kind' <> state
    union all
    -- Transactions have one time, that of their beginning: ten seconds are for those that waited for a row.
    select 'I2: the lease of an Attempt was renewed after its end', id
      from tries where ended_at + make_interval(secs => ${leaseMs / 1000 + 10}) < lease_expires_at
    union all
    select 'a Job whose cancellation was asked for is queued', id
      from own where state = 'queued' and cancel_requested_at is not null
    union all
    select 'an Execution whose cancellation was asked for has queued Jobs', id
      from chosen join counted on execution_id = id where cancel_requested_at is not null and queued > 0
    union all
    select 'E1: an Execution has ended and a Job of it lives', id
      from chosen join counted on execution_id = id where ended_at is not null and queued + running > 0
    union all
    select 'E2: an Execution has ended and has no number of its end', id
      from chosen where ended_at is not null and end_number = 0
    union all
    select 'more Jobs of an Execution run, or may be claimed, than maxParallel says', id
      from chosen join counted on execution_id = id where running + ready > max_parallel
    union all
    select 'an Execution has looked more failures over than it has', id
      from chosen join counted on execution_id = id where failures_forgiven > failures`;
  return rows.map(({ broken, id }) => `${broken}: ${id}`);
}

/** What the admission and the settlement have still to do in Executions. */
export async function unsettled(sql: Sql, executionIds: readonly number[]): Promise<string[]> {
  const rows = await sql<{ due: string; id: string }[]>`
    with own as materialized (
      select jobs.* from jobs where execution_id in (${ids(sql, executionIds)})),
    counted as materialized (
      select execution_id, count(*) filter (where state = 'queued') as queued,
             count(*) filter (where state = 'queued' and ready) as ready,
             count(*) filter (where state = 'queued' and not ready and not_before is null) as held,
             count(*) filter (where state = 'running') as running,
             count(*) filter (where state in ('failed', 'timedOut', 'errored')) as failures
        from own group by execution_id)
    select 'an Execution whose Jobs have ended has not' as due, id
      from counted join executions on id = execution_id where queued + running = 0 and ended_at is null
    union all
    select 'a Job of a paused Execution may be claimed', id
      from counted join executions on id = execution_id where paused_at is not null and ready > 0
    union all
    select 'an Execution goes on after so many failures as maxFailures says', id
      from counted join executions on id = execution_id
     where paused_at is null and failures - failures_forgiven >= max_failures and queued > 0
    union all
    select 'a Job is held although there is room', id
      from counted join executions on id = execution_id
     where paused_at is null and held > 0 and (max_parallel is null or running + ready < max_parallel)`;
  return rows.map(({ due, id }) => `${due}: ${id}`);
}

function ids(sql: Sql, executionIds: readonly number[]) {
  return sql`select value::bigint from jsonb_array_elements_text(${sql.json([...executionIds])})`;
}

/** Keeps copies of the rows of ended Attempts: they never change again, but for what sealing writes. */
export class EndedAttempts {
  readonly #seen = new Map<string, string>();

  /** The Attempts that have changed since they were first seen ended. */
  async changed(sql: Sql, executionIds: readonly number[]): Promise<string[]> {
    const rows = await sql<{ id: string; row: string }[]>`
      select attempts.id,
             (to_jsonb(attempts) - array['log_sealed_at', 'log_damage', 'log_object', 'changed_xid'])::text as row
        from attempts join jobs on jobs.id = job_id
       where execution_id in (${ids(sql, executionIds)}) and attempts.ended_at is not null`;
    return rows.flatMap(({ id, row }) => {
      const seen = this.#seen.get(id) ?? row;
      this.#seen.set(id, seen);
      return seen === row ? [] : [`Attempt ${id} had ended as ${seen} and is ${row}`];
    });
  }
}
