import type { Sql } from '../../db/database.ts';

/** Marks a repository as gone that its host does not have, unless somebody has asked the host later for it, or for all. */
export async function storeGone(sql: Sql, repositoryId: number, askedAt: string): Promise<void> {
  await sql`
    update repositories set present = false, synced_at = ${askedAt}::text::timestamptz from code_hosts
     where repositories.id = ${repositoryId} and synced_at <= ${askedAt}::text::timestamptz
       and code_hosts.id = code_host_id and coalesce(listed_at <= ${askedAt}::text::timestamptz, true)`;
}
