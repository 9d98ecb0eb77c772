import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import { maxErroredAttempts, type JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../../db/database.ts';

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
  /** The Execution, when its Jobs have to be admitted anew. */
  readonly admit: number | null;
  readonly holder: boolean;
  readonly live: boolean;
  /** Ended by a finish of its Runner, as opposed to lost or released. */
  readonly finished: boolean;
  readonly logLength: number;
  readonly patchLength: number;
}

/** First pause before an errored Job is tried again, in seconds; each further one is four times as long. */
const firstBackOffSeconds = 1;

/**
 * Ends Attempts, each once in `ends`, and gives their Jobs the results: one auto-commit statement, fenced by the lease
 * token, by the lengths of the streams and by the Job's current Attempt (invariants I2, I3, I4). Rows are locked in the
 * order of their ids, as everywhere where a statement takes several. A log without a byte needs no reading back. The answers are in the order of `ends`; undefined
 * stands for an Attempt that there is not.
 */
export async function endAttempts(
  sql: Sql,
  ends: readonly EndOfAttempt[],
): Promise<(EndAnswer | undefined)[]> {
  const answers = new Map<number, EndAnswer | undefined>();
  let open = ends;
  while (open.length > 0) {
    const found = await endOnce(sql, open);
    for (const { finish } of open) answers.set(finish.attemptId, found.get(finish.attemptId));
    // A statement that had to wait for a row read its answer from before the wait, when it would have succeeded.
    open = open.filter(({ finish }) => wouldSucceed(finish, found.get(finish.attemptId)));
  }
  return ends.map(({ finish }) => answers.get(finish.attemptId));
}

function wouldSucceed(finish: FinishInput, answer: EndAnswer | undefined): boolean {
  if (answer?.holder !== true || !answer.live || answer.ended) return false;
  return answer.logLength === finish.logLength && answer.patchLength === (finish.patch?.length ?? 0);
}

interface Row {
  readonly attempt_id: string;
  readonly ended: boolean;
  readonly admit: string | null;
  readonly holder: boolean;
  readonly live: boolean;
  readonly finished: boolean;
  readonly log_end: string;
  readonly patch_end: string;
}

async function endOnce(sql: Sql, ends: readonly EndOfAttempt[]): Promise<ReadonlyMap<number, EndAnswer>> {
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
  const again = sql`(ended.retried and jobs.cancel_requested_at is null
                     and jobs.errored_count + 1 < ${maxErroredAttempts})`;
  const rows = await sql<Row[]>`
    with given as materialized (
      select * from jsonb_to_recordset(${sql.json(given)}) as given (
        attempt_id bigint, lease_token uuid, state text, retried boolean, outcome jsonb, steps jsonb, phases jsonb,
        log_streams jsonb, log_limit_reached boolean, log_length bigint, patch_length bigint, base_tree text,
        result_tree text, patch_files int, patch_added_lines int, patch_removed_lines int)),
    held as materialized (
      select attempts.id from attempts join given on given.attempt_id = attempts.id
       order by attempts.id for update of attempts),
    ended as (
      update attempts
         set state = given.state, outcome = given.outcome, steps = given.steps, phases = given.phases,
             log_streams = given.log_streams, log_limit_reached = given.log_limit_reached, ended_at = now(),
             base_tree = given.base_tree, result_tree = given.result_tree, patch_files = given.patch_files,
             patch_added_lines = given.patch_added_lines, patch_removed_lines = given.patch_removed_lines,
             log_sealed_at = case when given.log_length = 0 and given.log_streams = '[]' then now() end,
             changed_xid = (pg_current_xact_id()::text)::bigint
        from held join given on given.attempt_id = held.id
       where attempts.id = held.id and attempts.lease_token = given.lease_token
         and attempts.state in ('claimed', 'running')
         and attempts.log_end = given.log_length and attempts.patch_end = given.patch_length
      returning attempts.id, attempts.job_id, given.state, given.retried),
    owned as materialized (
      select jobs.id from jobs join ended on ended.job_id = jobs.id order by jobs.id for update of jobs),
    result as (
      update jobs
         set state = case when ${again} then 'queued' else ended.state end,
             ended_at = case when ${again} then null else now() end,
             errored_count = errored_count + case when ended.retried then 1 else 0 end,
             ready = jobs.ready and not ${again},
             not_before = case when ${again}
               then now() + make_interval(secs => ${firstBackOffSeconds} * power(4, errored_count)) end,
             changed_xid = (pg_current_xact_id()::text)::bigint
        from owned join ended on ended.job_id = owned.id
       where jobs.id = owned.id and jobs.current_attempt_id = ended.id and jobs.state = 'running'
      returning jobs.id, jobs.execution_id, ended.id as attempt_id)
    select given.attempt_id, ended.id is not null as ended, executions.id as admit,
           attempts.lease_token = given.lease_token as holder, attempts.state in ('claimed', 'running') as live,
           attempts.state not in ('claimed', 'running', 'lost', 'released') as finished, log_end, patch_end
      from given
      join attempts on attempts.id = given.attempt_id
      left join ended on ended.id = given.attempt_id
      left join result on result.attempt_id = given.attempt_id
      left join executions on executions.id = result.execution_id
       and (executions.max_parallel is not null or executions.max_failures is not null)`;
  return new Map(rows.map((row) => [Number(row.attempt_id), answerOf(row)]));
}

function answerOf(row: Row): EndAnswer {
  return {
    ended: row.ended,
    admit: row.admit === null ? null : Number(row.admit),
    holder: row.holder,
    live: row.live,
    finished: row.finished,
    logLength: Number(row.log_end),
    patchLength: Number(row.patch_end),
  };
}
