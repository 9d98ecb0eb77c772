import type { Sql } from '../../db/database.ts';

/** Executions that were removed by the transaction of a cursor, or a later one. */
export async function selectRemoved(sql: Sql, from: string): Promise<number[]> {
  const rows = await sql<{ id: string }[]>`
    select execution_id as id from removed_executions where changed_xid >= ${from} order by execution_id`;
  return rows.map((row) => Number(row.id));
}
