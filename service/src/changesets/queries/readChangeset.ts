import type { ChangesetDecision, ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import type { MergeWish } from '@flotilla/shared/campaign/wishes';
import type { ChangesetState } from '@flotilla/shared/lifecycle/changesetLifecycle';
import type { PullRequest } from '../../codeHosts/pullRequests.ts';
import type { Sql } from '../../db/database.ts';
import type { LastApplied } from '../lastApplied.ts';

/** All that the reconciler works with. Times are Unix milliseconds. */
export interface ChangesetRow {
  readonly id: number;
  readonly key: string;
  readonly campaignId: number;
  readonly state: ChangesetState;
  readonly reason: ChangesetReason | null;
  readonly codeHostId: number;
  readonly codeHost: string;
  readonly repository: { readonly id: number; readonly externalId: string | null; readonly name: string };
  /** Whether the host still has the repository, and whether it is archived there. */
  readonly present: boolean;
  readonly archived: boolean;
  readonly baseRef: string;
  readonly branch: string;
  readonly publication: 'unpublished' | 'draft' | 'open' | 'closed';
  readonly wantedNumber: number;
  readonly baseRevision: string;
  readonly baseTree: string;
  readonly resultTree: string;
  readonly gatePassed: string | null;
  readonly title: string;
  readonly body: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  readonly commitDate: number;
  readonly decision: ChangesetDecision | null;
  readonly keeps: string | null;
  readonly reopen: boolean;
  readonly merge: MergeWish | null;
  readonly rebase: boolean;
  readonly pushedCommit: string | null;
  readonly closedBy: 'us' | 'person' | null;
  readonly pullRequest: PullRequest | null;
  readonly lastApplied: LastApplied | null;
  readonly ours: readonly string[];
  readonly publishedAt: number | null;
  /** When something about it last happened. */
  readonly changedAt: number;
}

/** A Changeset that is still its Campaign's; undefined when there is none. */
export async function readChangeset(sql: Sql, changesetId: number): Promise<ChangesetRow | undefined> {
  const [row] = await sql<ChangesetRow[]>`
    select changesets.id::float8 as id, key, campaign_id::float8 as "campaignId", changesets.state, changesets.reason,
           code_hosts.id::float8 as "codeHostId", code_hosts.name as "codeHost",
           jsonb_build_object('id', repositories.id, 'externalId', repositories.external_id, 'name', repositories.name)
             as repository,
           repositories.present, repositories.archived, base_ref as "baseRef", branch, publication,
           wanted_number as "wantedNumber", base_revision as "baseRevision", base_tree as "baseTree", result_tree as "resultTree",
           gate_passed as "gatePassed", title, body,
           message, author_name as "authorName", author_email as "authorEmail",
           (extract(epoch from commit_date) * 1000)::float8 as "commitDate", decision, keeps, reopen, merge, rebase,
           pushed_commit as "pushedCommit", closed_by as "closedBy", pull_request as "pullRequest",
           last_applied as "lastApplied",
           to_jsonb(array(select commit from changeset_commits where changeset_id = changesets.id)) as ours,
           (extract(epoch from published_at) * 1000)::float8 as "publishedAt",
           (extract(epoch from coalesce((select max(changeset_events.seen_at) from changeset_events
                                          where changeset_id = changesets.id), changesets.created_at)) * 1000)::float8
             as "changedAt"
      from changesets join repositories on repositories.id = repository_id
      join code_hosts on code_hosts.id = repositories.code_host_id
     where changesets.id = ${changesetId} and detached_at is null`;
  return row;
}
