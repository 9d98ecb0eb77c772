import type { Definition } from '@flotilla/shared/definition/definition';
import type { StepDefinition } from '@flotilla/shared/definition/stepDefinition';
import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { Outcome, ServiceOutcome } from '@flotilla/shared/lifecycle/outcome';
import type { Phase, StepProgress } from '@flotilla/shared/protocol/runnerMessages';
import type { AttemptView, StepView } from '@flotilla/shared/views';
import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';
import { patchView, type PatchColumns } from '../patchView.ts';
import { imageOf } from '../stepImage.ts';

/** A title longer than this is cut; it is one line in a tree. */
const maxTitleLength = 120;

interface RawRow extends PatchColumns {
  readonly id: string;
  readonly job_id: string;
  readonly repository_id: string;
  readonly number: number;
  readonly state: AttemptState;
  readonly outcome: Outcome | ServiceOutcome | null;
  readonly runner: string;
  readonly queued_at: number | null;
  readonly claimed_at: number;
  readonly ended_at: number | null;
  readonly phases: readonly Phase[];
  readonly expired: boolean;
  readonly log_end: string;
  readonly log_sealed: boolean;
  readonly log_damage: string | null;
  readonly log_limit_reached: boolean;
  readonly steps: readonly StepProgress[];
  readonly definition: Definition;
}

export interface AttemptRow {
  readonly id: number;
  /** Of what its log and Patch tell. */
  readonly repositoryId: number;
  readonly attempt: AttemptView;
}

/** Attempts as editors see them, newest first. */
export async function selectAttempts(sql: Sql, filter: Fragment, limit: number): Promise<AttemptRow[]> {
  const rows = await sql<RawRow[]>`
    select attempts.id, attempts.job_id, jobs.repository_id, attempts.number, attempts.state, attempts.outcome, runners.name as runner,
           (extract(epoch from attempts.queued_at) * 1000)::float8 as queued_at,
           (extract(epoch from attempts.claimed_at) * 1000)::float8 as claimed_at,
           (extract(epoch from attempts.ended_at) * 1000)::float8 as ended_at,
           attempts.log_end, attempts.log_sealed_at is not null as log_sealed, attempts.log_damage,
           attempts.log_limit_reached, attempts.phases, attempts.expired_at is not null as expired, attempts.base_tree, attempts.result_tree,
           attempts.patch_files, attempts.patch_added_lines, attempts.patch_removed_lines,
           attempts.steps, executions.definition
      from attempts
      join runners on runners.id = attempts.runner_id
      join jobs on jobs.id = attempts.job_id
      join executions on executions.id = jobs.execution_id
     where ${filter}
     order by attempts.id desc limit ${limit}`;
  return rows.map((row) => ({
    id: Number(row.id),
    repositoryId: Number(row.repository_id),
    attempt: attemptView(row),
  }));
}

function attemptView(row: RawRow): AttemptView {
  return {
    id: Number(row.id),
    jobId: Number(row.job_id),
    number: row.number,
    state: row.state,
    outcome: row.outcome,
    runner: row.runner,
    phases: row.phases,
    patch: patchView(Number(row.id), row),
    expired: row.expired,
    queuedAt: row.queued_at,
    claimedAt: row.claimed_at,
    endedAt: row.ended_at,
    logLength: Number(row.log_end),
    logSealed: row.log_sealed,
    logDamage: row.log_damage,
    logLimitReached: row.log_limit_reached,
    steps: row.definition.steps.map((step, index) =>
      stepView(
        row.definition,
        step,
        index,
        row.steps.find((progress) => progress.index === index),
      ),
    ),
  };
}

function stepView(
  definition: Definition,
  step: StepDefinition,
  index: number,
  progress: StepProgress | undefined,
): StepView {
  const image = imageOf(definition, step);
  const command = step.args.join(' ').replace(/\s+/g, ' ').trim();
  const title = command === '' ? image : command;
  return {
    index,
    title: title.length > maxTitleLength ? `${title.slice(0, maxTitleLength - 1)}…` : title,
    image,
    imageDigest: progress?.imageDigest ?? null,
    state: progress?.state ?? 'pending',
    exitCode: progress?.exitCode ?? null,
    startedAt: progress?.startedAt ?? null,
    endedAt: progress?.endedAt ?? null,
  };
}
