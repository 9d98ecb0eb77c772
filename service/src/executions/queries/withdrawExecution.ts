import type { Sql } from '../../db/database.ts';
import type { ResolutionLease } from './beginResolution.ts';

/** Deletes an Execution whose scope turned out to be empty; false when another replica has taken it over. */
export async function withdrawExecution(sql: Sql, lease: ResolutionLease): Promise<boolean> {
  const rows = await sql`
    delete from executions
     where id = ${lease.executionId} and resolving_until = ${lease.until}::text::timestamptz
    returning id`;
  return rows.length > 0;
}
