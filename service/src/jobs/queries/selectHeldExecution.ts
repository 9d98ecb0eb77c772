import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../liveStates.ts';

/** The Execution of a live Attempt. Undefined when the caller does not hold it. */
export async function selectHeldExecution(sql: Sql, lease: LeaseRef): Promise<number | undefined> {
  const [row] = await sql<{ execution_id: string }[]>`
    select execution_id from attempts join jobs on jobs.id = attempts.job_id
     where attempts.id = ${lease.attemptId} and lease_token = ${lease.leaseToken}
       and attempts.state in ${liveAttemptStates(sql)}`;
  return row === undefined ? undefined : Number(row.execution_id);
}
