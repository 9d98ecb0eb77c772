import { expect, test } from 'vitest';
import type { Plan, PlanItem } from '../plans/readPlan.ts';
import { planUpdate, type PatchComparison, type PublishedChangeset } from './planUpdate.ts';

const patch = { baseTree: 'b', resultTree: 't', files: 1, addedLines: 1, removedLines: 0 };
const item = (repositoryId: number, more: Partial<PlanItem> = {}): PlanItem => ({
  codeHostId: 1,
  codeHost: 'work',
  repositoryId,
  repository: `r${repositoryId}`,
  baseRef: 'refs/heads/main',
  directory: '',
  executionId: 1,
  jobId: repositoryId,
  actionVersion: 1,
  baseRevision: 'a',
  patch,
  absence: null,
  ...more,
});
const changeset = (repositoryId: number, more: Partial<PublishedChangeset> = {}): PublishedChangeset => ({
  id: 10 + repositoryId,
  repositoryId,
  baseRef: 'refs/heads/main',
  directory: '',
  state: 'open',
  closedBy: null,
  baseRevision: 'a',
  resultTree: 't',
  conflicts: false,
  ...more,
});

async function actionOf(
  items: readonly PlanItem[],
  changesets: readonly PublishedChangeset[],
  { comparison = 'differs', left = [] }: { comparison?: PatchComparison; left?: readonly number[] } = {},
) {
  const leftOut = [{ reason: { kind: 'nameDiffers', pattern: 'x' } as const, repositories: left }];
  const plan: Plan = { id: 1, items, leftOut };
  const rows = await planUpdate(plan, changesets, () => Promise.resolve(comparison));
  return rows.map(({ action, reason }) => `${action}: ${reason}`);
}

test('a Target without a Changeset gets one', async () => {
  expect(await actionOf([item(1)], [])).toEqual(['create: new']);
});

test('another Patch updates what is open, held or not published yet', async () => {
  for (const state of ['open', 'draft', 'held', 'failed', 'unpublished', 'queued'] as const)
    expect(await actionOf([item(1)], [changeset(1, { state })])).toEqual(['update: otherPatch']);
});

test('the same Patch touches nothing, also on another base, unless its pull request conflicts', async () => {
  const open = [changeset(1)];
  expect(await actionOf([item(1)], open, { comparison: 'same' })).toEqual(['untouched: samePatch']);
  expect(await actionOf([item(1)], open, { comparison: 'sameOnOtherBase' })).toEqual([
    'untouched: samePatch',
  ]);
  const conflicting = [changeset(1, { conflicts: true })];
  expect(await actionOf([item(1)], conflicting, { comparison: 'sameOnOtherBase' })).toEqual([
    'update: resolvesConflict',
  ]);
});

test('what a person closed stays closed, and what is gone stays gone', async () => {
  expect(await actionOf([item(1)], [changeset(1, { state: 'closed', closedBy: 'person' })])).toEqual([
    'keep: closedByPerson',
  ]);
  expect(await actionOf([item(1)], [changeset(1, { state: 'deleted' })])).toEqual(['keep: deleted']);
});

test('after a merge, a Patch that has more to change makes a new Changeset, and the one that was merged stays', async () => {
  const merged = [changeset(1, { state: 'merged' })];
  expect(await actionOf([item(1)], merged)).toEqual(['create: newAfterMerge']);
  expect(await actionOf([item(1)], merged, { comparison: 'sameOnOtherBase' })).toEqual(['keep: merged']);
  // The update after that one finds both.
  const both = [...merged, changeset(1, { id: 99 })];
  expect(await actionOf([item(1)], both, { comparison: 'same' })).toEqual(['untouched: samePatch']);
  expect(await actionOf([item(1, { patch: null })], both)).toEqual([
    'keep: merged',
    'closeAndDetach: noChanges',
  ]);
});

test('a Changeset is closed where nothing is to be changed, and never because a Job failed or was left out', async () => {
  expect(await actionOf([item(1, { patch: null })], [changeset(1)])).toEqual(['closeAndDetach: noChanges']);
  for (const absence of ['failed', 'cancelled', 'errored', 'timedOut', 'excluded'] as const)
    expect(await actionOf([item(1, { patch: null, absence })], [changeset(1)])).toEqual([`keep: ${absence}`]);
  expect(await actionOf([item(1, { patch: null })], [changeset(1, { state: 'merged' })])).toEqual([
    'keep: merged',
  ]);
});

test('of what the Plan does not have, only what a filter left out is closed', async () => {
  expect(await actionOf([], [changeset(1), changeset(2)], { left: [2] })).toEqual([
    'keep: notCovered',
    'closeAndDetach: leftScope',
  ]);
});

test('two directories of one repository are two Targets', async () => {
  const items = [item(1, { directory: 'a' }), item(1, { directory: 'b', patch: null })];
  const changesets = [changeset(1, { directory: 'b' }), changeset(1, { directory: 'a' })];
  expect(await actionOf(items, changesets)).toEqual(['update: otherPatch', 'closeAndDetach: noChanges']);
});
