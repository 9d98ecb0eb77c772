import { toStorable } from '@flotilla/shared/storableText';
import type { HostedRepository } from '../../codeHosts/codeHost.ts';
import type { Sql } from '../../db/database.ts';
import { formerHeadSeconds } from '../formerHeads.ts';

/** What is stored of the branches of a repository, once its mirror has them. */
export type FetchedRepository = Pick<
  HostedRepository,
  'defaultBranch' | 'headCommit' | 'fingerprint' | 'reason'
>;

/**
 * Stores what is known of a repository now, unless somebody has asked its host later and stored that, and notes a head that moved
 * on, whose pin may be needless in a while. Its texts were written by others. Only for the holder of the lock of its mirror.
 */
export async function storeFacts(
  sql: Sql,
  repositoryId: number,
  { defaultBranch, headCommit, fingerprint, reason }: FetchedRepository,
  askedAt: string,
): Promise<void> {
  await sql`
    with before as materialized (
      select id, head_commit from repositories where id = ${repositoryId}),
    stored as (
      update repositories
         set default_branch = ${defaultBranch === null ? null : toStorable(defaultBranch)}, head_commit = ${headCommit},
             fingerprint = ${fingerprint}, reason = ${reason === null ? null : toStorable(reason)},
             synced_at = ${askedAt}::text::timestamptz
       where id = ${repositoryId} and synced_at <= ${askedAt}::text::timestamptz
      returning id),
    moved as materialized (
      select id, before.head_commit as commit from before join stored using (id)
       where before.head_commit is distinct from ${headCommit} and before.head_commit is not null),
    noted as (
      insert into former_heads (repository_id, commit) select id, commit from moved
      on conflict (repository_id, commit) do update set moved_at = excluded.moved_at)
    insert into mirrors (repository_id, pins_due_at)
    select id, now() + make_interval(secs => ${formerHeadSeconds}) from moved
    on conflict (repository_id) do update set pins_due_at = least(mirrors.pins_due_at, excluded.pins_due_at)`;
}
