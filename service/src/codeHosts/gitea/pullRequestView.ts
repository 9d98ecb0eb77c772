import type { PullRequest } from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import { fullName } from './paths.ts';
import type { RawPullRequest } from './schemas.ts';
import type { Opinions } from './opinions.ts';

/** What Gitea takes for a draft: one of these at the beginning of a title. */
const draftPrefix = 'WIP: ';
const draftPrefixes = /^(?:(?:WIP:|\[WIP\])\s*)+/i;

/** A title as Gitea gets it: what is no draft does not begin as one. */
export function titleOf(title: string, draft: boolean): string {
  const bare = title.replace(draftPrefixes, '');
  const shown = bare === '' ? title : bare;
  return draft ? draftPrefix + shown : shown;
}

/** What is asked for besides the pull request itself. */
export interface Besides {
  readonly opinions: Opinions;
  readonly checks: PullRequest['checks'];
}

/** A pull request as all hosts describe one. */
export function pullRequestView(
  repository: RepositoryRef,
  raw: RawPullRequest,
  { opinions, checks }: Besides = { opinions: { review: 'pending', approvals: 0 }, checks: null },
): PullRequest {
  return {
    repository,
    number: raw.number,
    externalId: null,
    url: raw.html_url,
    state: raw.merged ? 'merged' : raw.state,
    draft: raw.draft ?? draftPrefixes.test(raw.title),
    title: raw.title.replace(draftPrefixes, ''),
    body: raw.body,
    headRef: fullName(raw.head.label),
    headCommit: raw.head.sha === '' ? null : raw.head.sha,
    baseRef: fullName(raw.base.label),
    labels: (raw.labels ?? []).map(({ name }) => name),
    reviewers: namesOf(raw.requested_reviewers),
    teamReviewers: (raw.requested_reviewers_teams ?? []).flatMap((team) => team?.name ?? []),
    assignees: namesOf(raw.assignees),
    author: raw.user?.login ?? '',
    ...opinions,
    checks,
    // False is also said of a draft, and while it is being looked at.
    mergeable: raw.mergeable ? true : null,
    inQueue: false,
    createdAt: Date.parse(raw.created_at),
    updatedAt: Date.parse(raw.updated_at),
    mergedAt: timeOf(raw.merged_at),
    closedAt: timeOf(raw.closed_at),
    mergeCommit: raw.merge_commit_sha ?? null,
  };
}

function namesOf(people: RawPullRequest['assignees']): string[] {
  return (people ?? []).flatMap((one) => one?.login ?? []);
}

function timeOf(at: string | null | undefined): number | null {
  return at == null ? null : Date.parse(at);
}
