import { maxLostAttempts } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { Sql } from '../../db/database.ts';

/** Which Attempts are lost: all whose lease ran out, or those of a Runner whose process is gone. */
export type Loss =
  | { readonly cause: 'leaseExpired' }
  | { readonly cause: 'runnerRestarted'; readonly runnerId: string; readonly except: readonly number[] };

/**
 * Ends lost Attempts. Their Jobs go back to their place in the queue; one whose user asked to cancel it is cancelled,
 * and the third loss ends a Job as errored. One auto-commit statement; rows that another replica or a finish holds
 * are left to it.
 */
export async function loseAttempts(sql: Sql, loss: Loss): Promise<number[]> {
  const lost =
    loss.cause === 'leaseExpired'
      ? sql`lease_expires_at < now()`
      : sql`runner_id = ${loss.runnerId} and id not in (
              select value::bigint from jsonb_array_elements_text(${sql.json([...loss.except])}))`;
  const rows = await sql<{ id: string }[]>`
    with gone as (
      select id from attempts where state in ('claimed', 'running') and ${lost} for update skip locked),
    lost as (
      update attempts
         set state = 'lost', outcome = '{"kind":"lost"}', ended_at = now(),
             changed_xid = (pg_current_xact_id()::text)::bigint
        from gone where attempts.id = gone.id
      returning attempts.id, attempts.job_id),
    moved as (
      update jobs
         set state = case when cancel_requested_at is not null then 'cancelled'
                          when lost_count + 1 >= ${maxLostAttempts} then 'errored'
                          else 'queued' end,
             ended_at = case when cancel_requested_at is not null or lost_count + 1 >= ${maxLostAttempts}
                             then now() end,
             lost_count = lost_count + 1, changed_xid = (pg_current_xact_id()::text)::bigint
        from lost where jobs.id = lost.job_id and jobs.current_attempt_id = lost.id and jobs.state = 'running')
    select id from lost`;
  return rows.map((row) => Number(row.id));
}
