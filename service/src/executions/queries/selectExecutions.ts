import type { Definition } from '@flotilla/shared/definition/definition';
import { jobStates, type JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { JobCounts } from '@flotilla/shared/lifecycle/executionState';
import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';

export interface ExecutionRow {
  readonly id: number;
  readonly actionId: number;
  readonly actionVersion: number;
  readonly definition: Definition;
  /** Null where nobody asked for it. */
  readonly createdById: number | null;
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly cancelRequested: boolean;
  readonly resolving: boolean;
  readonly pausedAt: number | null;
  readonly pausedBy: string | null;
  readonly held: number;
  readonly counts: JobCounts;
  readonly changed: number;
  readonly startedAt: number | null;
  /** When its last Job ended; null while one is live, and until the end is marked. */
  readonly endedAt: number | null;
}

type RawRow = Readonly<Record<JobState, number>> & {
  readonly id: string;
  readonly action_id: string;
  readonly action_version: number;
  readonly definition: Definition;
  readonly created_by_id: string | null;
  readonly created_by: string | null;
  readonly created_at: number;
  readonly cancel_requested: boolean;
  readonly resolving: boolean;
  readonly paused_at: number | null;
  readonly paused_by: string | null;
  readonly held: number;
  readonly changed: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
};

/** Executions with the counts of their Jobs, aggregated now (finishing a Job never updates the Execution's row). */
export async function selectExecutions(sql: Sql, filter: Fragment, limit: number): Promise<ExecutionRow[]> {
  const rows = await sql<RawRow[]>`
    with chosen as (
      select id from executions where ${filter} order by id desc limit ${limit})
    select executions.id, action_id, action_version, definition, users.id as created_by_id, users.name as created_by,
           (extract(epoch from executions.created_at) * 1000)::float8 as created_at,
           cancel_requested_at is not null as cancel_requested, resolved_at is null as resolving,
           (extract(epoch from executions.ended_at) * 1000)::float8 as ended_at,
           (extract(epoch from paused_at) * 1000)::float8 as paused_at, paused_by, counted.*
      from chosen join executions using (id) left join users on users.id = executions.created_by
      cross join lateral (
        select count(*) filter (where jobs.state = 'queued')::int as queued,
               count(*) filter (where jobs.state = 'queued' and not jobs.ready)::int as held,
               count(*) filter (where jobs.state = 'running')::int as running,
               count(*) filter (where jobs.state = 'succeeded')::int as succeeded,
               count(*) filter (where jobs.state = 'failed')::int as failed,
               count(*) filter (where jobs.state = 'timedOut')::int as "timedOut",
               count(*) filter (where jobs.state = 'cancelled')::int as cancelled,
               count(*) filter (where jobs.state = 'errored')::int as errored,
               count(*) filter (where attempts.result_tree is not null)::int as changed,
               (extract(epoch from min(attempts.claimed_at)) * 1000)::float8 as started_at
          from jobs left join attempts on attempts.id = jobs.current_attempt_id
         where jobs.execution_id = executions.id) as counted
     order by executions.id desc`;
  return rows.map((row) => ({
    id: Number(row.id),
    actionId: Number(row.action_id),
    actionVersion: row.action_version,
    definition: row.definition,
    createdById: row.created_by_id === null ? null : Number(row.created_by_id),
    createdBy: row.created_by,
    createdAt: row.created_at,
    cancelRequested: row.cancel_requested,
    resolving: row.resolving,
    pausedAt: row.paused_at,
    pausedBy: row.paused_by,
    held: row.held,
    counts: Object.fromEntries(jobStates.map((state) => [state, row[state]])) as Record<JobState, number>,
    changed: row.changed,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }));
}
