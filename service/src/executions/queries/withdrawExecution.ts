import type { Sql } from '../../db/database.ts';
import type { ResolutionLease } from './beginResolution.ts';

/**
 * Deletes an Execution whose scope turned out to be empty; false when another replica has taken it over. Editors hear of
 * it where the feed has announced the Execution (see beginResolution).
 */
export async function withdrawExecution(sql: Sql, lease: ResolutionLease): Promise<boolean> {
  const rows = await sql`
    with withdrawn as (
      delete from executions
       where id = ${lease.executionId} and resolving_until = ${lease.until}::text::timestamptz
      returning id, changed_xid),
    told as (
      insert into removed_executions (execution_id) select id from withdrawn where changed_xid <> 0)
    select id from withdrawn`;
  return rows.length > 0;
}
