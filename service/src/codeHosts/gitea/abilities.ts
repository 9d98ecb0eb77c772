import type { HostAbilities } from '../codeHost.ts';

/** Of Gitea 1.22 and later, and Forgejo. */
export const abilities: HostAbilities = {
  stableIds: true,
  push: true,
  pullRequests: {
    word: 'pull request',
    draft: 'titlePrefix',
    labels: true,
    reviewers: true,
    teamReviewers: true,
    assignees: true,
    createTakes: ['labels', 'reviewers', 'assignees'],
    reopen: 'always',
    closesWithBranch: true,
    merge: ['merge', 'squash', 'rebase'],
    mergeWhenReady: true,
    readBatch: 1,
    changeFeed: true,
    maxTitle: 255,
    maxBody: 65_535,
  },
};
