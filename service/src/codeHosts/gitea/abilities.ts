import type { HostAbilities } from '../codeHost.ts';

/** Of Gitea 1.22 and later, and Forgejo. */
export const abilities: HostAbilities = {
  stableIds: true,
  push: true,
  describes: true,
  pullRequests: {
    word: 'pull request',
    draft: 'titlePrefix',
    labels: true,
    reviewers: true,
    teamReviewers: true,
    assignees: true,
    checks: true,
    createTakes: ['labels', 'assignees'],
    reopen: 'always',
    closesWithBranch: true,
    merge: ['merge', 'squash', 'rebase'],
    mergeWhenReady: true,
    readBatch: 1,
    changeFeed: true,
    // Of 255, with room for the prefix of a draft.
    maxTitle: 250,
    maxBody: 65_535,
  },
};
