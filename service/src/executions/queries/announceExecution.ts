import type { Sql } from '../../db/database.ts';

/** Lets editors see an Execution whose scope is being resolved. */
export async function announceExecution(sql: Sql, executionId: number): Promise<void> {
  await sql`
    update executions set changed_xid = (pg_current_xact_id()::text)::bigint
     where id = ${executionId} and resolved_at is null and changed_xid = 0`;
}
