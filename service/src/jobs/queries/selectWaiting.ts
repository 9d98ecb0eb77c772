import type { Sql } from '../../db/database.ts';

/** What decides why a queued Job waits. */
export interface WaitingRow {
  readonly requires: readonly string[];
  readonly ready: boolean;
  readonly paused: boolean;
  readonly pausedBy: string | null;
  readonly maxParallel: number | null;
  /** When its back-off ends, in Unix milliseconds; null when none holds it. */
  readonly notBefore: number | null;
  /** Whether that is to come. */
  readonly backsOff: boolean | null;
  /** Runners that are online; those of them with its labels; those of these that claim. */
  readonly online: number;
  readonly withLabels: number;
  readonly claiming: number;
  /** Jobs before it that Runners which could take it serve as well. */
  readonly before: number;
}

/** Undefined when the Job is not queued. */
export async function selectWaiting(
  sql: Sql,
  jobId: number,
  leaseMs: number,
): Promise<WaitingRow | undefined> {
  const [row] = await sql<WaitingRow[]>`
    select to_jsonb(requirements.labels) as requires, ready, paused_at is not null as paused, paused_by as "pausedBy",
           max_parallel as "maxParallel",
           (extract(epoch from not_before) * 1000)::float8 as "notBefore", not_before > now() as "backsOff", fleet.*,
           (select count(*)::int from jobs as earlier
             where earlier.state = 'queued' and earlier.ready
               and (earlier.requirement_id = jobs.requirement_id or earlier.requirement_id in (
                      select served.id from requirements as served, runners
                       where served.labels <@ runners.labels and requirements.labels <@ runners.labels
                         and last_seen_at > now() - make_interval(secs => ${leaseMs / 1000}) and forgotten_at is null))
               and (-earlier.priority, earlier.rank, earlier.id) < (-jobs.priority, jobs.rank, jobs.id)) as before
      from jobs
      join executions on executions.id = jobs.execution_id
      join requirements on requirements.id = jobs.requirement_id
      cross join lateral (
        select count(*)::int as online,
               count(*) filter (where requirements.labels <@ runners.labels)::int as "withLabels",
               count(*) filter (where requirements.labels <@ runners.labels and not draining and problem is null
                                  and drain_requested_at is null)::int as claiming
          from runners
         where last_seen_at > now() - make_interval(secs => ${leaseMs / 1000}) and forgotten_at is null) as fleet
     where jobs.id = ${jobId} and jobs.state = 'queued'`;
  return row;
}
