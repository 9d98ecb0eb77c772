import { maxLostAttempts } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveAttemptStates } from '../liveStates.ts';
import { backToQueue, readyUnlessPaused } from './backToQueue.ts';

/** An Attempt that was ended, and the Execution whose Jobs may have to be admitted anew. */
export interface EndedAttempt {
  readonly attemptId: number;
  readonly executionId: number;
}

/** Which Attempts are lost. */
export type Loss =
  /**
   * All whose lease had run out at a time of the database's clock, as text. A time that was seen before, and not now: a
   * statement that a silent network held up must not expire what could not be renewed meanwhile.
   */
  | { readonly cause: 'leaseExpired'; readonly seenAt: string }
  /** Those of a Runner whose process is gone. */
  | { readonly cause: 'runnerRestarted'; readonly runnerId: string; readonly except: readonly number[] }
  /** One that its Runner gives up, because the process that ran it is gone. */
  | { readonly cause: 'surrendered'; readonly lease: LeaseRef };

/**
 * Ends lost Attempts. Their Jobs go back to their place in the queue; one whose user asked to cancel it is cancelled,
 * and the third loss ends a Job as errored, and says so in its outcome. One auto-commit statement. Of leases that ran out,
 * rows that another replica or a finish holds are left to it: the janitor looks again. What a Runner says is said once, and
 * waits for them.
 */
export async function loseAttempts(sql: Sql, loss: Loss): Promise<EndedAttempt[]> {
  const endsAs = sql`case when cancel_requested_at is not null then 'cancelled'
                          when lost_count + 1 >= ${maxLostAttempts} then 'errored' end`;
  const rows = await sql<{ id: string; execution_id: string }[]>`
    with gone as (
      select id from attempts where state in ${liveAttemptStates(sql)} and ${lostBy(sql, loss)}
       order by id for update ${loss.cause === 'leaseExpired' ? sql`skip locked` : sql``}),
    lost as (
      update attempts
         set state = 'lost', ended_at = now(),
             outcome = case when (select lost_count + 1 from jobs where id = job_id) < ${maxLostAttempts}
                            then '{"kind":"lost"}'
                            else jsonb_build_object('kind', 'lost', 'losses', ${maxLostAttempts}::int) end,
             ${changedNow(sql)}
        from gone where attempts.id = gone.id
      returning attempts.id, attempts.job_id),
    held as materialized (
      select jobs.id from jobs join lost on lost.job_id = jobs.id order by jobs.id for update of jobs),
    moved as (
      update jobs
         set lost_count = lost_count + 1, ${backToQueue(sql, { endsAs, ready: readyUnlessPaused(sql) })}
        from held join lost on lost.job_id = held.id
       where jobs.id = held.id and jobs.current_attempt_id = lost.id and jobs.state = 'running')
    select lost.id, execution_id from lost join jobs on jobs.id = lost.job_id`;
  return rows.map((row) => ({ attemptId: Number(row.id), executionId: Number(row.execution_id) }));
}

function lostBy(sql: Sql, loss: Loss) {
  switch (loss.cause) {
    case 'leaseExpired':
      return sql`lease_expires_at < ${loss.seenAt}::text::timestamptz`;
    case 'runnerRestarted':
      return sql`runner_id = ${loss.runnerId} and id not in (
              select value::bigint from jsonb_array_elements_text(${sql.json([...loss.except])}))`;
    case 'surrendered':
      return sql`id = ${loss.lease.attemptId} and lease_token = ${loss.lease.leaseToken}`;
  }
}
