import type { Sql } from '../../db/database.ts';
import type { ResolutionLease } from './beginResolution.ts';

/** Renews a lease, and lets editors see the Execution. Undefined when another replica has it, or it was cancelled away. */
export async function renewResolution(
  sql: Sql,
  lease: ResolutionLease,
  leaseMs: number,
): Promise<ResolutionLease | undefined> {
  const [row] = await sql<{ until: string }[]>`
    update executions
       set resolving_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}),
           changed_xid = (pg_current_xact_id()::text)::bigint
     where id = ${lease.executionId} and resolving_until = ${lease.until}::text::timestamptz
    returning resolving_until::text as until`;
  return row === undefined ? undefined : { executionId: lease.executionId, until: row.until };
}
