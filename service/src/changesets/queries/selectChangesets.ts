import type { ChangesetView } from '@flotilla/shared/campaign/views';
import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';

/** Changesets as editors see them, in the order in which they were made: that of their Targets. */
export async function selectChangesets(sql: Sql, filter: Fragment, limit: number): Promise<ChangesetView[]> {
  return sql<ChangesetView[]>`
    select changesets.id::float8 as id, campaign_id::float8 as "campaignId",
           code_hosts.id::float8 as "codeHostId", code_hosts.name as "codeHost",
           repositories.id::float8 as "repositoryId", repositories.name as repository,
           base_ref as "baseRef", directory, branch, changesets.state, changesets.reason, title,
           pull_request ->> 'word' as word, (pull_request ->> 'number')::int as number, pull_request ->> 'url' as url,
           pull_request ->> 'review' as review, coalesce((pull_request ->> 'approvals')::int, 0) as approvals,
           pull_request ->> 'checks' as checks, (pull_request ->> 'mergeable')::boolean as mergeable,
           base_tree as "baseTree", result_tree as "resultTree", files, added_lines as "addedLines",
           removed_lines as "removedLines", execution_id::float8 as "executionId", job_id::float8 as "jobId",
           action_version as "actionVersion", (extract(epoch from published_at) * 1000)::float8 as "publishedAt",
           (extract(epoch from ended_at) * 1000)::float8 as "endedAt",
           (extract(epoch from detached_at) * 1000)::float8 as "detachedAt",
           (extract(epoch from looked_at) * 1000)::float8 as "lookedAt"
      from changesets join repositories on repositories.id = repository_id
      join code_hosts on code_hosts.id = repositories.code_host_id
     where ${filter} order by changesets.id limit ${limit}`;
}
