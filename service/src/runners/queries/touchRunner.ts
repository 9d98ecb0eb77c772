import type { Sql } from '../../db/database.ts';

/** Notes a sign of life of a Runner, and whether it takes no more Jobs. */
export async function touchRunner(sql: Sql, runnerId: string, draining: boolean): Promise<void> {
  await sql`update runners set last_seen_at = now(), draining = ${draining} where id = ${runnerId}`;
}
