import type { Sql } from '../../db/database.ts';
import { fenced } from '../../work/fenced.ts';
import type { BegunExecution } from './insertExecution.ts';

/**
 * Deletes an Execution that gets no Jobs; false when its resolution is another replica's by now. Editors hear of it, also
 * where the feed has not announced the Execution yet (see announceExecution): they may have listed it.
 */
export async function withdrawExecution(sql: Sql, { executionId, lease }: BegunExecution): Promise<boolean> {
  const rows = await sql`
    with held as materialized (${fenced(sql, lease)}),
    withdrawn as (
      delete from executions using held where executions.id = ${executionId} and resolved_at is null
      returning executions.id),
    told as (
      insert into removed_executions (execution_id) select id from withdrawn)
    select id from withdrawn`;
  return rows.length > 0;
}
