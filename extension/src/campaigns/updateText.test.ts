import type { CampaignUpdateView, UpdateRowView } from '@flotilla/shared/campaign/campaignUpdate';
import { expect, test } from 'vitest';
import { updateRowText, updateSummary, updateText } from './updateText.ts';

const trees = { baseTree: 'a', resultTree: 'b' };
const row = (repositoryId: number, values: Partial<UpdateRowView>): UpdateRowView => ({
  codeHostId: 1,
  codeHost: 'work',
  repositoryId,
  repository: `acme/r${repositoryId}`,
  baseRef: 'refs/heads/main',
  directory: '',
  action: 'untouched',
  reason: 'samePatch',
  changesetId: repositoryId,
  before: trees,
  after: trees,
  discards: { approvals: 0, checks: null },
  ...values,
});
const update = (rows: readonly UpdateRowView[], missing = 0): CampaignUpdateView => ({
  campaignId: 1,
  planId: 2,
  executionId: 2,
  digest: 'd',
  rows,
  missing,
  closesMany: false,
});

test('an update says what becomes of each repository and why, what changes something first', () => {
  const rows = [
    row(1, { action: 'keep', reason: 'failed' }),
    row(2, { action: 'update', reason: 'otherPatch', discards: { approvals: 2, checks: 'passed' } }),
    row(3, { action: 'create', reason: 'new', changesetId: null }),
    row(4, {}),
    row(5, { action: 'closeAndDetach', reason: 'noChanges' }),
  ];
  expect(updateText(update(rows, 1), { name: 'Node 24', execution: 'node-24 #2' })).toBe(`Update of Node 24

From     node-24 #2
Missing  1 repository has no result, because its job failed or was cancelled

Create (1)
  acme/r3  it has none yet

Update (1)
  acme/r2  its patch is another one; the push discards 2 approvals and its checks (passed)

Close, and take out of the campaign (1)
  acme/r5  there is nothing to change any more

Leave as it is (1)
  acme/r4  its patch is the same

Keep (1)
  acme/r1  its job failed
`);
  expect(updateSummary(update(rows))).toBe('1 created, 1 updated, 1 closed');
});

test('an update that does nothing says so', () => {
  expect(updateSummary(update([row(1, {})]))).toBe('nothing changes at a code host');
});

test('a reason that only a newer service knows is said by its name', () => {
  const unknown = (reason: string) => updateRowText(row(1, { reason: reason as UpdateRowView['reason'] }));
  expect(unknown('baseRenamed')).toBe('baseRenamed');
  expect(unknown('constructor')).toBe('constructor');
});
