import { toStorable } from '@flotilla/shared/storableText';
import type { HostedRepository } from '../../codeHosts/codeHost.ts';
import type { Sql } from '../../db/database.ts';

/** What is stored of the branches of a repository, once its mirror has them. */
export type FetchedRepository = Pick<
  HostedRepository,
  'defaultBranch' | 'headCommit' | 'fingerprint' | 'reason'
>;

/**
 * Stores what is known of a repository now, unless somebody has asked its host later and stored that. Its texts were written by
 * others.
 */
export async function storeFacts(
  sql: Sql,
  repositoryId: number,
  { defaultBranch, headCommit, fingerprint, reason }: FetchedRepository,
  askedAt: string,
): Promise<void> {
  await sql`
    update repositories
       set default_branch = ${defaultBranch === null ? null : toStorable(defaultBranch)}, head_commit = ${headCommit},
           fingerprint = ${fingerprint}, reason = ${reason === null ? null : toStorable(reason)},
           synced_at = ${askedAt}::text::timestamptz
     where id = ${repositoryId} and synced_at <= ${askedAt}::text::timestamptz`;
}
