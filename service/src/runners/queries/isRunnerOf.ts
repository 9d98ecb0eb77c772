import type { Sql } from '../../db/database.ts';

/** Whether a runner is known and was registered with this token. */
export async function isRunnerOf(sql: Sql, runnerId: string, tokenId: number): Promise<boolean> {
  const rows = await sql`select from runners where id = ${runnerId} and token_id = ${tokenId}`;
  return rows.length > 0;
}
