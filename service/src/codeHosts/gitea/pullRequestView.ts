import type { PullRequest } from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import type { RawPullRequest, Review } from './schemas.ts';

/** What Gitea takes for a draft: one of these at the beginning of a title. */
const draftPrefix = 'WIP: ';
const draftPrefixes = /^(?:WIP:|\[WIP\])\s*/i;

/** A title as Gitea gets it. */
export function titleOf(title: string, draft: boolean): string {
  return draft ? draftPrefix + title : title;
}

/** What is asked for besides the pull request itself. */
export interface Besides {
  readonly reviews: readonly Review[];
  readonly checks: PullRequest['checks'];
}

/** A pull request as all hosts describe one. */
export function pullRequestView(
  repository: RepositoryRef,
  raw: RawPullRequest,
  { reviews, checks }: Besides = { reviews: [], checks: null },
): PullRequest {
  const latest = latestByReviewer(reviews);
  return {
    repository,
    number: raw.number,
    externalId: null,
    url: raw.html_url,
    state: raw.merged ? 'merged' : raw.state,
    draft: draftPrefixes.test(raw.title),
    title: raw.title.replace(draftPrefixes, ''),
    body: raw.body,
    headRef: `refs/heads/${raw.head.ref}`,
    headCommit: raw.head.sha === '' ? null : raw.head.sha,
    baseRef: `refs/heads/${raw.base.ref}`,
    labels: (raw.labels ?? []).map(({ name }) => name),
    reviewers: (raw.requested_reviewers ?? []).flatMap((one) => one?.login ?? []),
    teamReviewers: (raw.requested_reviewers_teams ?? []).map(({ name }) => name),
    assignees: (raw.assignees ?? []).map(({ login }) => login),
    author: raw.user?.login ?? '',
    review: overall(latest),
    approvals: latest.filter((state) => state === 'APPROVED').length,
    checks,
    // False is also said while it is being looked at.
    mergeable: raw.mergeable ? true : null,
    inQueue: false,
    createdAt: Date.parse(raw.created_at),
    updatedAt: Date.parse(raw.updated_at),
    mergedAt: raw.merged_at === null ? null : Date.parse(raw.merged_at),
    closedAt: raw.closed_at === null ? null : Date.parse(raw.closed_at),
    mergeCommit: raw.merge_commit_sha,
  };
}

/** The last word of each reviewer that still counts. A comment takes no approval back. */
function latestByReviewer(reviews: readonly Review[]): readonly Review['state'][] {
  const latest = new Map<string, Review['state']>();
  for (const { state, dismissed, user } of [...reviews].sort((a, b) =>
    a.submitted_at.localeCompare(b.submitted_at),
  )) {
    const login = user?.login ?? '';
    if (dismissed) latest.delete(login);
    else if (state === 'APPROVED' || state === 'REQUEST_CHANGES' || !latest.has(login))
      latest.set(login, state);
  }
  return [...latest.values()];
}

function overall(latest: readonly Review['state'][]): PullRequest['review'] {
  if (latest.includes('REQUEST_CHANGES')) return 'changesRequested';
  if (latest.includes('APPROVED')) return 'approved';
  return latest.includes('COMMENT') ? 'commented' : 'pending';
}
