import type { JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
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
  readonly finish: FinishInput;
  /** The state that the outcome gives both Attempt and Job. */
  readonly state: Extract<JobState, 'succeeded' | 'failed' | 'timedOut' | 'cancelled' | 'errored'>;
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

/**
 * Ends an Attempt and gives its Job the result: one auto-commit statement, fenced by the lease token, by the lengths
 * of the streams and by the Job's current Attempt (invariants I2, I3, I4).
 */
export async function endAttempt(sql: Sql, end: EndOfAttempt): Promise<EndAnswer | undefined> {
  const { logLength, patch } = end.finish;
  for (;;) {
    const answer = await endOnce(sql, end);
    const permitted = answer?.holder === true && answer.live && answer.logLength === logLength;
    // A statement that had to wait for the row read its answer from before the wait, when it would have succeeded.
    if (!permitted || answer.ended || answer.patchLength !== (patch?.length ?? 0)) return answer;
  }
}

async function endOnce(sql: Sql, end: EndOfAttempt): Promise<EndAnswer | undefined> {
  const { finish, patch } = end;
  const [row] = await sql<
    {
      ended: boolean;
      holder: boolean;
      live: boolean;
      finished: boolean;
      log_end: string;
      patch_end: string;
    }[]
  >`
    with ended as (
      update attempts
         set state = ${end.state}, outcome = ${sql.json(finish.outcome)}, steps = ${sql.json(finish.steps)},
             log_streams = ${sql.json(finish.streams)}, log_limit_reached = ${finish.logLimitReached}, ended_at = now(),
             base_tree = ${patch?.baseTree ?? null}, result_tree = ${patch?.resultTree ?? null},
             patch_files = ${patch?.files ?? null}, patch_added_lines = ${patch?.addedLines ?? null},
             patch_removed_lines = ${patch?.removedLines ?? null},
             changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${finish.attemptId} and lease_token = ${finish.leaseToken} and state in ('claimed', 'running')
         and log_end = ${finish.logLength} and patch_end = ${finish.patch?.length ?? 0}
      returning id, job_id),
    result as (
      update jobs set state = ${end.state}, ended_at = now(), changed_xid = (pg_current_xact_id()::text)::bigint
        from ended where jobs.id = ended.job_id and jobs.current_attempt_id = ended.id and jobs.state = 'running'
      returning jobs.id)
    select exists (select from ended) as ended,
           lease_token = ${finish.leaseToken} as holder, state in ('claimed', 'running') as live,
           state not in ('claimed', 'running', 'lost', 'released') as finished, log_end, patch_end
      from attempts where id = ${finish.attemptId}`;
  if (row === undefined) return undefined;
  return {
    ended: row.ended,
    holder: row.holder,
    live: row.live,
    finished: row.finished,
    logLength: Number(row.log_end),
    patchLength: Number(row.patch_end),
  };
}
