import type { Sql } from '../../db/database.ts';

/** Marks a repository as gone that its host does not have, unless somebody has asked the host later. */
export async function storeGone(sql: Sql, repositoryId: number, askedAt: string): Promise<void> {
  await sql`
    update repositories set present = false, synced_at = ${askedAt}::text::timestamptz
     where id = ${repositoryId} and synced_at <= ${askedAt}::text::timestamptz`;
}
