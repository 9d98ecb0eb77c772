import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import { maxErroredAttempts, type JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveAttemptStates } from '../liveStates.ts';
import { backToQueue } from './backToQueue.ts';

/** A Patch that the mirror took: what the Attempt's row keeps of it. */
export interface StoredPatch {
  readonly baseTree: string;
  readonly resultTree: string;
  readonly files: number;
  readonly addedLines: number;
  readonly removedLines: number;
}

export interface EndOfAttempt {
  /** What the Runner said, with the outcome that stands. */
  readonly finish: FinishInput & { readonly outcome: Outcome };
  /** The state that the outcome gives both Attempt and Job. */
  readonly state: Extract<JobState, 'succeeded' | 'failed' | 'timedOut' | 'cancelled' | 'errored'>;
  /** Whether the Job is tried again by itself after this end, as often as it may. */
  readonly retried: boolean;
  readonly patch: StoredPatch | null;
}

/** What the statement found: whether it ended the Attempt, and how the Attempt stood before. */
export interface EndAnswer {
  readonly ended: boolean;
  readonly holder: boolean;
  readonly live: boolean;
  /** Ended by a finish of its Runner, as opposed to lost or released. */
  readonly finished: boolean;
  readonly logLength: number;
  readonly patchLength: number;
}

/** An Execution of which Jobs were moved. */
export interface MovedExecution {
  readonly executionId: number;
  /** Whether its Jobs have to be admitted anew: it has a limit that counts them. */
  readonly limited: boolean;
}

export interface EndedAttempts {
  /** In the order of what was asked; undefined stands for an Attempt that there is not. */
  readonly answers: readonly (EndAnswer | undefined)[];
  readonly executions: readonly MovedExecution[];
}

/** First pause before an errored Job is tried again, in seconds; each further one is four times as long. */
const firstBackOffSeconds = 1;

/**
 * Ends Attempts, each once in `ends`, and gives their Jobs the results: one auto-commit statement, fenced by the lease
 * token, by the lengths of the streams and by the Job's current Attempt (invariants I2, I3, I4). Rows are locked in the
 * order of their ids, as everywhere where a statement takes several; what is decided and answered is decided of the rows
 * as they are locked. Each part hands all that the next one needs to it, so that nothing is joined with itself: that
 * costs the square of the batch. A log without a byte needs no reading back.
 */
export async function endAttempts(sql: Sql, ends: readonly EndOfAttempt[]): Promise<EndedAttempts> {
  const given = ends.map(({ finish, state, retried, patch }) => ({
    attempt_id: finish.attemptId,
    lease_token: finish.leaseToken,
    state,
    retried,
    outcome: finish.outcome,
    steps: finish.steps,
    phases: finish.phases,
    log_streams: finish.streams,
    log_limit_reached: finish.logLimitReached,
    log_length: finish.logLength,
    patch_length: finish.patch?.length ?? 0,
    base_tree: patch?.baseTree,
    result_tree: patch?.resultTree,
    patch_files: patch?.files,
    patch_added_lines: patch?.addedLines,
    patch_removed_lines: patch?.removedLines,
  }));
  // Of the row as it is locked, not of the snapshot: a cancellation may have been committed in between.
  const again = sql`(owned.retried and jobs.cancel_requested_at is null
                     and jobs.errored_count + 1 < ${maxErroredAttempts})`;
  const rows = await sql<Row[]>`
    with held as materialized (
      select given.*, attempts.lease_token = given.lease_token as holder,
             attempts.state in ${liveAttemptStates(sql)} as live,
             attempts.state not in ('claimed', 'running', 'lost', 'released') as finished, log_end, patch_end,
             attempts.lease_token = given.lease_token and attempts.state in ${liveAttemptStates(sql)}
               and log_end = given.log_length and patch_end = given.patch_length as ends
        from jsonb_to_recordset(${sql.json(given)}) as given (
               attempt_id bigint, lease_token uuid, state text, retried boolean, outcome jsonb, steps jsonb,
               phases jsonb, log_streams jsonb, log_limit_reached boolean, log_length bigint, patch_length bigint,
               base_tree text, result_tree text, patch_files int, patch_added_lines int, patch_removed_lines int)
        join attempts on attempts.id = given.attempt_id
       order by attempts.id for update of attempts),
    ended as (
      update attempts
         set state = held.state, outcome = held.outcome, steps = held.steps, phases = held.phases,
             log_streams = held.log_streams, log_limit_reached = held.log_limit_reached, ended_at = now(),
             base_tree = held.base_tree, result_tree = held.result_tree, patch_files = held.patch_files,
             patch_added_lines = held.patch_added_lines, patch_removed_lines = held.patch_removed_lines,
             log_sealed_at = case when held.log_length = 0 and held.log_streams = '[]' then now() end,
             ${changedNow(sql)}
        from held where attempts.id = held.attempt_id and held.ends
      returning attempts.id, attempts.job_id, held.state, held.retried),
    owned as materialized (
      select jobs.id, ended.state, ended.retried,
             jobs.state = 'running' and jobs.current_attempt_id = ended.id as current
        from ended join jobs on jobs.id = ended.job_id order by jobs.id for update of jobs),
    result as (
      update jobs
         set errored_count = errored_count + case when owned.retried then 1 else 0 end,
             not_before = case when ${again}
               then now() + make_interval(secs => ${firstBackOffSeconds} * power(4, errored_count)) end,
             ${backToQueue(sql, {
               endsAs: sql`case when not ${again} then owned.state end`,
               ready: sql`jobs.ready and not ${again}`,
             })}
        from owned where jobs.id = owned.id and owned.current
      returning jobs.execution_id)
    select attempt_id, holder, live, finished, log_end, patch_end, ends as ended, null as execution_id, null as limited
      from held
    union all
    select null, null, null, null, null, null, null, executions.id, max_parallel is not null or max_failures is not null
      from (select distinct execution_id from result) as moved join executions on executions.id = moved.execution_id`;
  const answers = new Map(
    rows.flatMap((row) =>
      row.attempt_id === null ? [] : [[Number(row.attempt_id), answerOf(row)] as const],
    ),
  );
  return {
    answers: ends.map(({ finish }) => answers.get(finish.attemptId)),
    executions: rows.flatMap((row) =>
      row.attempt_id === null ? [{ executionId: Number(row.execution_id), limited: row.limited }] : [],
    ),
  };
}

/** The answer about an Attempt. */
interface AttemptRow {
  readonly attempt_id: string;
  readonly holder: boolean;
  readonly live: boolean;
  readonly finished: boolean;
  readonly log_end: string;
  readonly patch_end: string;
  readonly ended: boolean;
}

type Row =
  | AttemptRow
  | { readonly attempt_id: null; readonly execution_id: string; readonly limited: boolean };

function answerOf(row: AttemptRow): EndAnswer {
  return {
    ended: row.ended,
    holder: row.holder,
    live: row.live,
    finished: row.finished,
    logLength: Number(row.log_end),
    patchLength: Number(row.patch_end),
  };
}
