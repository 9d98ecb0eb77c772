import { expect, test } from 'vitest';
import type { PullRequest, PullRequestAbilities } from '../codeHosts/pullRequests.ts';
import { nextStep, type Look, type Wanted } from './nextStep.ts';

const forge: PullRequestAbilities = {
  word: 'pull request',
  draft: 'native',
  labels: true,
  reviewers: true,
  teamReviewers: true,
  assignees: true,
  checks: true,
  createTakes: [],
  reopen: 'ifDescendant',
  closesWithBranch: true,
  merge: ['merge'],
  mergeWhenReady: true,
  readBatch: 1,
  changeFeed: false,
  maxTitle: 100,
  maxBody: 1000,
};
const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  publication: 'open',
  commit: 'new',
  ours: new Set(['old', 'new']),
  pushedCommit: 'old',
  decision: null,
  keeps: null,
  closedBy: null,
  reopen: false,
  merge: null,
  hasPullRequest: false,
  ...more,
});
const look = (more: Partial<Look> = {}): Look => ({
  archived: false,
  base: 'base',
  head: 'new',
  pullRequest: null,
  foreignPullRequest: null,
  isContained: false,
  ...more,
});
const pullRequest = (more: Partial<PullRequest> = {}): PullRequest => ({
  repository: { externalId: '1', name: 'a/web' },
  number: 7,
  externalId: null,
  url: 'https://forge.example/a/web/pulls/7',
  state: 'open',
  draft: false,
  title: '',
  body: '',
  headRef: 'refs/heads/x',
  headCommit: 'new',
  baseRef: 'refs/heads/main',
  labels: [],
  reviewers: [],
  teamReviewers: [],
  assignees: [],
  author: 'flotilla',
  review: 'pending',
  approvals: 0,
  checks: null,
  mergeable: true,
  inQueue: false,
  createdAt: 0,
  updatedAt: 0,
  mergedAt: null,
  closedAt: null,
  mergeCommit: null,
  ...more,
});
const stepOf = (
  has: { wanted?: Partial<Wanted>; look?: Partial<Look> } = {},
  can: PullRequestAbilities | null = forge,
  needsDecorating = false,
) => nextStep(wanted(has.wanted), look(has.look), can, () => needsDecorating);

test('a branch is made where there is none, and moved from a commit of ours', () => {
  const first = { pushedCommit: null };
  expect(stepOf({ wanted: first, look: { head: null } })).toEqual({
    kind: 'push',
    commit: 'new',
    expect: null,
  });
  expect(stepOf({ look: { head: 'old' } })).toEqual({ kind: 'push', commit: 'new', expect: 'old' });
});

test('a commit that is not ours is never overwritten without a decision on exactly that one', () => {
  const foreign = { head: 'theirs', pullRequest: pullRequest({ headCommit: 'theirs' }) };
  const held = { kind: 'hold', reason: { kind: 'foreignCommits', commit: 'theirs' } };
  expect(stepOf({ look: foreign })).toEqual(held);
  for (const kind of ['keepTheirs', 'overwrite'] as const)
    expect(stepOf({ wanted: { decision: { kind, commit: 'others' } }, look: foreign })).toEqual(held);
  expect(stepOf({ wanted: { decision: { kind: 'overwrite', commit: 'theirs' } }, look: foreign })).toEqual({
    kind: 'push',
    commit: 'new',
    expect: 'theirs',
  });
  expect(stepOf({ wanted: { decision: { kind: 'keepTheirs', commit: 'theirs' } }, look: foreign })).toEqual({
    kind: 'rest',
    as: 'open',
  });
  // Ours comes on top of one that is kept.
  expect(stepOf({ wanted: { keeps: 'theirs' }, look: foreign })).toMatchObject({
    kind: 'push',
    expect: 'theirs',
  });
});

test('a pull request is opened when the branch is there, and once', () => {
  expect(stepOf()).toEqual({ kind: 'create' });
  expect(stepOf({ look: { pullRequest: pullRequest() } })).toEqual({ kind: 'rest', as: 'open' });
  expect(stepOf({ look: { pullRequest: pullRequest({ draft: true }) } })).toEqual({
    kind: 'rest',
    as: 'draft',
  });
  expect(stepOf({ look: { pullRequest: pullRequest() } }, forge, true)).toMatchObject({ kind: 'decorate' });
  expect(stepOf({ look: { foreignPullRequest: 3 } })).toEqual({
    kind: 'hold',
    reason: { kind: 'foreignPullRequest', number: 3 },
  });
});

test('what people closed stays closed until somebody asks for it', () => {
  const closed = { pullRequest: pullRequest({ state: 'closed' }) };
  expect(stepOf({ look: closed })).toEqual({ kind: 'rest', as: 'closed', by: 'person' });
  expect(stepOf({ wanted: { reopen: true }, look: closed })).toMatchObject({ kind: 'reopen' });
  expect(stepOf({ wanted: { closedBy: 'us' }, look: closed })).toMatchObject({ kind: 'reopen' });
});

test('one that is reopened is pushed to first where its host asks for the commit at which it was closed', () => {
  const moved = { head: null, pullRequest: pullRequest({ state: 'closed', headCommit: 'old' }) };
  const has = { wanted: { closedBy: 'us' as const }, look: moved };
  expect(stepOf(has)).toEqual({ kind: 'push', commit: 'old', expect: null });
  expect(stepOf(has, { ...forge, reopen: 'always' })).toMatchObject({ kind: 'push', commit: 'new' });
  const there = { ...has, look: { ...moved, head: 'new' } };
  expect(stepOf(there, { ...forge, reopen: 'always' })).toMatchObject({ kind: 'reopen' });
  expect(stepOf(has, { ...forge, reopen: 'never' })).toMatchObject({ kind: 'push', commit: 'new' });
  // Of what others had put there we have nothing that could be pushed.
  const theirs = { head: null, pullRequest: pullRequest({ state: 'closed', headCommit: 'theirs' }) };
  expect(stepOf({ wanted: { closedBy: 'us' }, look: theirs })).toMatchObject({ kind: 'push', commit: 'new' });
});

test('a branch of its name that somebody else made before is left alone, and it takes another name', () => {
  const first = { ours: new Set<string>(), pushedCommit: null };
  expect(stepOf({ wanted: first, look: { head: 'theirs' } })).toEqual({ kind: 'rename' });
  expect(stepOf({ wanted: first, look: { head: 'theirs' } }, null)).toEqual({ kind: 'rename' });
});

test('one that a person wants merged is merged at exactly the commit that was seen', () => {
  const merge = { method: 'squash', when: 'now' } as const;
  const open = { pullRequest: pullRequest() };
  expect(stepOf({ wanted: { merge }, look: open })).toMatchObject({
    kind: 'merge',
    wish: merge,
    head: 'new',
  });
  expect(stepOf({ wanted: { merge }, look: { ...open, head: 'theirs' } })).toMatchObject({ kind: 'hold' });
  expect(stepOf({ wanted: { merge }, look: { pullRequest: pullRequest({ draft: true }) } })).toMatchObject({
    kind: 'rest',
  });
});

test('nothing is pushed to what waits in a merge queue', () => {
  const queued = { head: 'old', pullRequest: pullRequest({ inQueue: true, headCommit: 'old' }) };
  expect(stepOf({ look: queued })).toMatchObject({ kind: 'wait' });
});

test('what is wanted closed is closed, and a branch goes only where it is all that there is', () => {
  const closing = { publication: 'closed' as const };
  expect(stepOf({ wanted: closing, look: { pullRequest: pullRequest() } })).toMatchObject({ kind: 'close' });
  expect(stepOf({ wanted: closing, look: { pullRequest: pullRequest({ state: 'closed' }) } })).toEqual({
    kind: 'rest',
    as: 'closed',
    by: 'us',
  });
  expect(stepOf({ wanted: closing, look: { head: 'old' } }, null)).toEqual({
    kind: 'deleteBranch',
    expect: 'old',
  });
  expect(stepOf({ wanted: closing, look: { head: 'theirs' } }, null)).toMatchObject({ kind: 'hold' });
  expect(stepOf({ wanted: closing, look: { head: null } }, null)).toMatchObject({
    kind: 'rest',
    as: 'closed',
  });
});

test('a branch that is closed stays where somebody else has commits on it, and a person decided that it does', () => {
  const closing = { publication: 'closed' as const };
  const stays = { kind: 'rest', as: 'closed', by: 'us' };
  const at = (head: string, more: Partial<Wanted>) =>
    stepOf({ wanted: { ...closing, ...more }, look: { head } }, null);
  expect(at('theirs', { decision: { kind: 'keepTheirs', commit: 'theirs' } })).toEqual(stays);
  expect(at('new', { keeps: 'theirs' })).toEqual(stays);
  expect(at('theirs', { keeps: 'theirs' })).toEqual(stays);
  expect(at('theirs', { decision: { kind: 'overwrite', commit: 'theirs' } })).toEqual({
    kind: 'deleteBranch',
    expect: 'theirs',
  });
  expect(at('later', { decision: { kind: 'overwrite', commit: 'theirs' } })).toMatchObject({ kind: 'hold' });
});

test('merged is what its host says, and of a branch alone that its base has it', () => {
  expect(stepOf({ look: { pullRequest: pullRequest({ state: 'merged' }) } })).toEqual({
    kind: 'rest',
    as: 'merged',
  });
  expect(stepOf({ look: { isContained: true } }, null)).toEqual({ kind: 'rest', as: 'merged' });
  // Before the first push nothing can have been merged, whatever the base has.
  expect(
    stepOf({ wanted: { pushedCommit: null }, look: { isContained: true, head: null } }, null),
  ).toMatchObject({
    kind: 'push',
  });
});

test('a repository that is archived is only looked at, and a base that is gone is said', () => {
  expect(stepOf({ look: { archived: true } })).toEqual({ kind: 'rest', as: 'readOnly' });
  expect(stepOf({ look: { base: null, head: 'old' } })).toEqual({
    kind: 'hold',
    reason: { kind: 'baseGone' },
  });
});

test('a branch that is gone is closed or deleted by a person, and not made again', () => {
  expect(stepOf({ look: { head: null } }, null)).toEqual({ kind: 'rest', as: 'closed', by: 'person' });
  expect(stepOf({ look: { head: null, pullRequest: pullRequest({ state: 'closed' }) } })).toEqual({
    kind: 'rest',
    as: 'closed',
    by: 'person',
  });
  expect(stepOf({ wanted: { reopen: true }, look: { head: null } }, null)).toMatchObject({ kind: 'push' });
});
