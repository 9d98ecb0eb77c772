import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';

/** Lets editors see an Execution whose scope is being resolved. */
export async function announceExecution(sql: Sql, executionId: number): Promise<void> {
  await sql`
    update executions set ${changedNow(sql)}
     where id = ${executionId} and resolved_at is null and changed_xid = 0`;
}
