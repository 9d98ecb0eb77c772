import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveAttemptStates } from '../liveStates.ts';
import { backToQueue, readyUnlessPaused } from './backToQueue.ts';

/**
 * A Runner gives an Attempt back: its Job returns to its place in the queue, and it does not count as a loss. A Job
 * whose user asked to cancel it is cancelled. Returns its Execution when the Attempt was the
 * caller's.
 */
export async function releaseAttempt(sql: Sql, lease: LeaseRef): Promise<number | undefined> {
  const endsAs = sql`case when cancel_requested_at is not null then 'cancelled' end`;
  const [row] = await sql<{ execution_id: string }[]>`
    with released as (
      update attempts
         set state = 'released', outcome = '{"kind":"released"}', ended_at = now(),
             ${changedNow(sql)}
       where id = ${lease.attemptId} and lease_token = ${lease.leaseToken} and state in ${liveAttemptStates(sql)}
      returning id, job_id),
    moved as (
      update jobs
         set ${backToQueue(sql, { endsAs, ready: readyUnlessPaused(sql) })}
        from released where jobs.id = released.job_id and jobs.current_attempt_id = released.id
         and jobs.state = 'running')
    select execution_id from released join jobs on jobs.id = released.job_id`;
  return row === undefined ? undefined : Number(row.execution_id);
}
