import type { Sql } from '../../db/database.ts';

/** The database's clock, to the microsecond: two that look at it one after the other see two times. */
export async function timeNow(sql: Sql): Promise<string> {
  const [row] = await sql<{ now: string }[]>`select now()::text as now`;
  if (row === undefined) throw new Error('the database has no time');
  return row.now;
}
