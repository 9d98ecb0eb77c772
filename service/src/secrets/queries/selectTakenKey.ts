import type { Sql } from '../../db/database.ts';

/** The id of the key that the replica which started last encrypts with; undefined before any has. */
export async function selectTakenKey(sql: Sql): Promise<string | undefined> {
  const [row] = await sql<{ id: string | null }[]>`select secret_key_id as id from deployment`;
  return row?.id ?? undefined;
}
