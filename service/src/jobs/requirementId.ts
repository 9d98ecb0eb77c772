import type { Sql } from '../db/database.ts';

/**
 * The id of a set of labels that Jobs require; made when it is new. Looked up first: an upsert would lock the row
 * against everybody who inserts Jobs with the same labels.
 */
export async function requirementId(sql: Sql, labels: readonly string[]): Promise<number> {
  const asArray = sql`array(select jsonb_array_elements_text(${sql.json([...labels])}))`;
  for (;;) {
    const [row] = await sql<{ id: number }[]>`select id from requirements where labels = ${asArray}`;
    if (row !== undefined) return row.id;
    await sql`insert into requirements (labels) values (${asArray}) on conflict (labels) do nothing`;
  }
}
