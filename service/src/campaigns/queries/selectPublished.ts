import type { NamedRepository } from '@flotilla/shared/target/target';
import type { CommitParts } from '../../changesets/buildCommit.ts';
import type { Sql } from '../../db/database.ts';
import type { PublishedChangeset } from '../planUpdate.ts';

/** A Changeset of a Campaign with what an update shows and compares of it. */
export interface PublishedRow extends PublishedChangeset, NamedRepository {
  readonly baseTree: string;
  readonly pushedCommit: string | null;
  readonly approvals: number;
  readonly checks: 'pending' | 'failed' | 'passed' | null;
  /** What its commit is made of. */
  readonly commit: CommitParts;
}

/** The Changesets that are a Campaign's, in the order of their names. */
export async function selectPublished(sql: Sql, campaignId: number): Promise<PublishedRow[]> {
  return sql<PublishedRow[]>`
    select changesets.id::float8 as id, code_hosts.id::float8 as "codeHostId", code_hosts.name as "codeHost",
           repositories.id::float8 as "repositoryId", repositories.name as repository, base_ref as "baseRef", directory,
           changesets.state, closed_by as "closedBy", base_revision as "baseRevision", base_tree as "baseTree",
           result_tree as "resultTree", pushed_commit as "pushedCommit",
           coalesce((pull_request ->> 'mergeable') = 'false', false) or coalesce(changesets.reason ->> 'kind' = 'baseConflict', false)
             as conflicts,
           coalesce((pull_request ->> 'approvals')::int, 0) as approvals, pull_request ->> 'checks' as checks,
           jsonb_build_object('changesetId', changesets.id, 'key', key, 'parent', base_revision, 'tree', result_tree,
                              'message', message, 'authorName', author_name, 'authorEmail', author_email,
                              'date', extract(epoch from commit_date)::bigint) as commit
      from changesets join repositories on repositories.id = repository_id
      join code_hosts on code_hosts.id = repositories.code_host_id
     where campaign_id = ${campaignId} and detached_at is null
     order by code_hosts.name, repositories.name, base_ref, directory, changesets.id`;
}
