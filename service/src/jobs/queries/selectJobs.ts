import type { JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { Outcome, ServiceOutcome } from '@flotilla/shared/lifecycle/outcome';
import type { Target } from '@flotilla/shared/target/target';
import type { JobView } from '@flotilla/shared/views';
import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';
import { patchView, type PatchColumns } from '../patchView.ts';
import { targetColumns, targetOf, targetTables } from '../targetColumns.ts';

interface RawRow extends PatchColumns, Target {
  readonly id: string;
  readonly execution_id: string;
  readonly state: JobState;
  readonly attempt_count: number;
  readonly held: boolean;
  readonly requires: readonly string[];
  readonly current_attempt_id: string | null;
  readonly outcome: Outcome | ServiceOutcome | null;
  readonly included: boolean;
  readonly started_at: number | null;
  readonly ended_at: number | null;
}

/** Jobs as editors see them, in the order in which they were made: that of their Targets. */
export async function selectJobs(sql: Sql, filter: Fragment, limit: number): Promise<JobView[]> {
  const rows = await sql<RawRow[]>`
    select jobs.id, jobs.execution_id, ${targetColumns(sql)}, jobs.state, jobs.attempt_count, jobs.current_attempt_id,
           jobs.state = 'queued' and not jobs.ready as held, to_jsonb(requirements.labels) as requires, attempts.outcome,
           attempts.base_tree, attempts.result_tree, attempts.patch_files, attempts.patch_added_lines,
           attempts.patch_removed_lines, coalesce(review_selections.included, true) as included,
           (extract(epoch from attempts.claimed_at) * 1000)::float8 as started_at,
           (extract(epoch from jobs.ended_at) * 1000)::float8 as ended_at
      from jobs ${targetTables(sql)}
      join requirements on requirements.id = jobs.requirement_id
      left join attempts on attempts.id = jobs.current_attempt_id
      left join review_selections on review_selections.job_id = jobs.id and review_selections.path = ''
     where ${filter}
     order by jobs.id limit ${limit}`;
  return rows.map(jobView);
}

function jobView(row: RawRow): JobView {
  const attemptId = row.current_attempt_id === null ? null : Number(row.current_attempt_id);
  return {
    id: Number(row.id),
    executionId: Number(row.execution_id),
    ...targetOf(row),
    state: row.state,
    attemptCount: row.attempt_count,
    held: row.held,
    requires: row.requires,
    currentAttemptId: attemptId,
    outcome: row.outcome,
    patch: attemptId === null ? null : patchView(attemptId, row),
    included: row.included,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
