import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveJobStates } from '../liveStates.ts';
import { backToQueue } from './backToQueue.ts';
import { isUniqueViolation } from '../../db/uniqueViolation.ts';
import { auditing } from '../../telemetry/audit.ts';
import { fairRank } from '../fairRank.ts';

/** Which Jobs of an Execution run again: those that failed, timed out, errored or were cancelled, or all. */
export type RerunScope = 'failed' | 'all';

/** What is to run again: one Job, or Jobs of an Execution. */
export type RerunSelection =
  | { readonly jobId: number }
  | { readonly executionId: number; readonly scope: RerunScope };

export interface RerunRequest {
  /** The same key is the same rerun; null for one that nobody repeats. */
  readonly requestKey: string | null;
  /** Who asks. */
  readonly by: string;
}

export interface Rerun {
  readonly executionId: number;
  /** How many were put back, by this call or by an earlier one with the same key. */
  readonly jobs: number;
}

/**
 * Puts ended Jobs back into the queue, behind what waits already: each gets a new Attempt, and keeps the old ones. What
 * its Execution was told before (a cancellation) is over, and so is its end; its pause stands. One auto-commit statement.
 * Jobs that live are left alone. The Execution is locked before its
 * Jobs, as by a cancellation. Undefined when there is nothing to put back.
 *
 * A rerun with a key is done once; asked again, it answers as the first time. Of copies at the same time each may see Jobs
 * that ended since the first one committed: the later one collides on the key, and has done nothing.
 */
export async function rerunJobs(
  sql: Sql,
  selection: RerunSelection,
  request: RerunRequest,
): Promise<Rerun | undefined> {
  const { requestKey } = request;
  const done = await selectRerun(sql, requestKey);
  if (done !== undefined) return done;
  try {
    // A copy that was committed while this one waited for its locks has left it nothing to do.
    return (await rerunOnce(sql, selection, request)) ?? (await selectRerun(sql, requestKey));
  } catch (error) {
    if (!isUniqueViolation(error, 'reruns_pkey')) throw error;
    return selectRerun(sql, requestKey);
  }
}

async function selectRerun(sql: Sql, requestKey: string | null): Promise<Rerun | undefined> {
  if (requestKey === null) return undefined;
  const [row] = await sql<{ execution_id: string; jobs: number }[]>`
    select execution_id, jobs from reruns where request_key = ${requestKey}`;
  return row === undefined ? undefined : { executionId: Number(row.execution_id), jobs: row.jobs };
}

async function rerunOnce(
  sql: Sql,
  selection: RerunSelection,
  { requestKey, by }: RerunRequest,
): Promise<Rerun | undefined> {
  const which = conditionOf(sql, selection);
  const rank = fairRank(sql, {
    fairnessClass: sql`line.fairness_class`,
    priority: sql`line.priority`,
    requirementId: sql`line.requirement_id`,
  });
  const [row] = await sql<{ execution_id: string; jobs: number }[]>`
    with owners as materialized (
      select id, max_parallel is null and paused_at is null as ready from executions
       where id in (select execution_id from jobs where ${which}) order by id for no key update),
    chosen as materialized (
      select jobs.id, execution_id, fairness_class, priority, requirement_id, state, owners.ready
        from owners join jobs on jobs.execution_id = owners.id
       where ${which} and state not in ${liveJobStates(sql)} order by jobs.id for update of jobs),
    lines as (
      select line.*, ${rank} as base
        from (select distinct fairness_class, priority, requirement_id from chosen) as line),
    ranked as (
      select chosen.*,
             coalesce(base + row_number() over (partition by fairness_class, priority, requirement_id order by id),
                      nextval(pg_get_serial_sequence('jobs', 'id'))) as rank
        from chosen join lines using (fairness_class, priority, requirement_id)),
    queued as (
      update jobs
         set rank = ranked.rank, lost_count = 0, errored_count = 0, cancel_requested_at = null, not_before = null,
             ${backToQueue(sql, { endsAs: sql`null::text`, ready: sql`ranked.ready` })}
        from ranked where jobs.id = ranked.id
      returning jobs.execution_id, ranked.state in ('failed', 'timedOut', 'errored') as failure),
    counted as (
      select execution_id, count(*)::int as jobs, count(*) filter (where failure) as failures
        from queued group by execution_id),
    revived as (
      update executions
         set cancel_requested_at = null, ended_at = null, ${changedNow(sql)},
             -- A failure that is tried again is none that a resume has looked over.
             failures_forgiven = greatest(0, failures_forgiven - counted.failures)
        from counted where executions.id = counted.execution_id),
    kept as (
      insert into reruns (request_key, execution_id, jobs)
      select ${requestKey}::uuid, execution_id, jobs from counted where ${requestKey}::uuid is not null),
    audited as (${auditOf(sql, selection, by)})
    select execution_id, jobs from counted`;
  return row === undefined ? undefined : { executionId: Number(row.execution_id), jobs: row.jobs };
}

/** The condition on rows of `jobs`. */
function conditionOf(sql: Sql, selection: RerunSelection): Fragment {
  if ('jobId' in selection) return sql`jobs.id = ${selection.jobId}`;
  const { executionId, scope } = selection;
  return sql`jobs.execution_id = ${executionId} ${scope === 'all' ? sql`` : sql`and jobs.state <> 'succeeded'`}`;
}

function auditOf(sql: Sql, selection: RerunSelection, actor: string): Fragment {
  const of = sql`counted`;
  if ('jobId' in selection) {
    const details = { job: sql`${selection.jobId}::bigint` };
    return auditing(sql, { actor, event: 'job.rerun', details, of });
  }
  const details = { execution: sql`execution_id`, scope: sql`${selection.scope}::text`, jobs: sql`jobs` };
  return auditing(sql, { actor, event: 'execution.rerun', details, of });
}
