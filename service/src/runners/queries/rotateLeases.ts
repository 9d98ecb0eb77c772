import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../../jobs/liveStates.ts';

export interface LeaseRotation {
  readonly runnerId: string;
  /** The same process proves itself by its instance, so that a lost answer to an earlier hello does no harm. */
  readonly sameInstance: boolean;
  readonly attempts: readonly LeaseRef[];
  readonly leaseMs: number;
}

/**
 * Gives the Attempts that a Runner still holds new lease tokens (docs/spec/jobLifecycle.md, I2) and a fresh lease; returns
 * those it keeps.
 */
export async function rotateLeases(sql: Sql, rotation: LeaseRotation): Promise<LeaseRef[]> {
  if (rotation.attempts.length === 0) return [];
  const rows = await sql<{ id: string; lease_token: string }[]>`
    with held as materialized (
      select attempts.id
        from jsonb_to_recordset(${sql.json(rotation.attempts.map((lease) => ({ ...lease })))})
             as given ("attemptId" bigint, "leaseToken" uuid)
        join attempts on attempts.id = given."attemptId"
       where runner_id = ${rotation.runnerId} and state in ${liveAttemptStates(sql)}
         and (${rotation.sameInstance} or attempts.lease_token = given."leaseToken")
       order by attempts.id for update of attempts)
    update attempts
       set lease_token = gen_random_uuid(), lease_expires_at = now() + make_interval(secs => ${rotation.leaseMs / 1000})
      from held where attempts.id = held.id and state in ${liveAttemptStates(sql)}
    returning attempts.id, attempts.lease_token`;
  return rows.map((row) => ({ attemptId: Number(row.id), leaseToken: row.lease_token }));
}
