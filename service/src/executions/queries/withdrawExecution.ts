import type { Sql } from '../../db/database.ts';
import { fenced } from '../../work/fenced.ts';
import type { BegunExecution } from './insertExecution.ts';

/**
 * Deletes an Execution whose scope turned out to be empty; false when its resolution is another replica's by now.
 * Editors hear of it where the feed has announced the Execution (see announceExecution).
 */
export async function withdrawExecution(sql: Sql, { executionId, lease }: BegunExecution): Promise<boolean> {
  const rows = await sql`
    with held as materialized (${fenced(sql, lease)}),
    withdrawn as (
      delete from executions using held where executions.id = ${executionId} and resolved_at is null
      returning executions.id, changed_xid),
    told as (
      insert into removed_executions (execution_id) select id from withdrawn where changed_xid <> 0)
    select id from withdrawn`;
  return rows.length > 0;
}
