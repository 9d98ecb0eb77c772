import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';

/**
 * A Runner gives an Attempt back: its Job returns to its place in the queue, and it does not count as a loss. A Job
 * whose user asked to cancel it is cancelled. Returns its Execution when the Attempt was the
 * caller's.
 */
export async function releaseAttempt(sql: Sql, lease: LeaseRef): Promise<number | undefined> {
  const [row] = await sql<{ execution_id: string }[]>`
    with released as (
      update attempts
         set state = 'released', outcome = '{"kind":"released"}', ended_at = now(),
             changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${lease.attemptId} and lease_token = ${lease.leaseToken} and state in ('claimed', 'running')
      returning id, job_id),
    moved as (
      update jobs
         set state = case when cancel_requested_at is not null then 'cancelled' else 'queued' end,
             ended_at = case when cancel_requested_at is not null then now() end,
             ready = jobs.ready and not exists (select from executions where id = jobs.execution_id and paused_at is not null),
             queued_at = now(),
             changed_xid = (pg_current_xact_id()::text)::bigint
        from released where jobs.id = released.job_id and jobs.current_attempt_id = released.id
         and jobs.state = 'running')
    select execution_id from released join jobs on jobs.id = released.job_id`;
  return row === undefined ? undefined : Number(row.execution_id);
}
