import type { Sql } from '../../../db/database.ts';
import type { EndOfExecution } from '../settlementStep.ts';

/** Whether an end is still the Execution's: no rerun has taken it back, and the Execution has not been removed. */
export async function endStands(sql: Sql, { executionId, end }: EndOfExecution): Promise<boolean> {
  const rows = await sql`
    select from executions where id = ${executionId} and end_number = ${end} and ended_at is not null`;
  return rows.length > 0;
}
