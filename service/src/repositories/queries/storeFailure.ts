import type { Sql } from '../../db/database.ts';

/**
 * Says why a repository could not be fetched, unless somebody has asked its host later and stored that: no Job can run on it, and
 * the next scan tries again. Its branch and its head stay, and with that the pin of the head.
 */
export async function storeFailure(
  sql: Sql,
  repositoryId: number,
  reason: string,
  askedAt: string,
): Promise<void> {
  await sql`
    update repositories set reason = ${reason}, fingerprint = '', synced_at = ${askedAt}::text::timestamptz
     where id = ${repositoryId} and synced_at <= ${askedAt}::text::timestamptz`;
}
