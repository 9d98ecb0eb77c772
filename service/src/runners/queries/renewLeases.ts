import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../../jobs/liveStates.ts';

/** A lease that was renewed, and whether its user wants the Attempt to stop. */
export interface RenewedLease {
  readonly attemptId: number;
  readonly cancelRequested: boolean;
}

/** Renews the leases of one heartbeat, a HOT update each. Those that are missing in the answer are fenced. */
export async function renewLeases(
  sql: Sql,
  leases: readonly LeaseRef[],
  leaseMs: number,
): Promise<RenewedLease[]> {
  if (leases.length === 0) return [];
  const rows = await sql<{ id: string; cancel_requested: boolean }[]>`
    with held as materialized (
      select attempts.id
        from jsonb_to_recordset(${sql.json(leases.map((lease) => ({ ...lease })))})
             as given ("attemptId" bigint, "leaseToken" uuid)
        join attempts on attempts.id = given."attemptId" and attempts.lease_token = given."leaseToken"
       where state in ${liveAttemptStates(sql)} order by attempts.id for update of attempts),
    renewed as (
      update attempts set lease_expires_at = now() + make_interval(secs => ${leaseMs / 1000})
        from held where attempts.id = held.id
      returning attempts.id, job_id)
    select renewed.id, jobs.cancel_requested_at is not null as cancel_requested
      from renewed join jobs on jobs.id = renewed.job_id`;
  return rows.map((row) => ({ attemptId: Number(row.id), cancelRequested: row.cancel_requested }));
}
