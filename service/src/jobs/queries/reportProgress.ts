import type { LeaseRef, StepProgress } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../../db/database.ts';

/** Stores how far an Attempt's Steps are; its first report starts it. Returns false when the caller is fenced. */
export async function reportProgress(
  sql: Sql,
  lease: LeaseRef,
  steps: readonly StepProgress[],
): Promise<boolean> {
  const rows = await sql`
    update attempts
       set steps = ${sql.json([...steps])}, state = 'running', changed_xid = (pg_current_xact_id()::text)::bigint
     where id = ${lease.attemptId} and lease_token = ${lease.leaseToken} and state in ('claimed', 'running')
    returning id`;
  return rows.length > 0;
}
