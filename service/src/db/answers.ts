import type { Sql } from './database.ts';

/** Resolves when the database answers; rejects when it is away. */
export async function answers(sql: Sql): Promise<void> {
  await sql`select 1`;
}
