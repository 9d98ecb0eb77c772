import { expect, test } from 'vitest';
import { DrawnRows } from './drawnRows.ts';

test('only a row that was drawn and looks otherwise now is outdated', () => {
  const rows = new DrawnRows();
  rows.add({ id: 'job 1', label: 'web', description: 'queued' });
  expect(rows.isOutdated('job 1', { label: 'web', description: 'queued' })).toBe(false);
  expect(rows.isOutdated('job 1', { label: 'web', description: 'step 1/2' })).toBe(true);
  expect(rows.isOutdated('job 2', { label: 'web', description: 'step 1/2' })).toBe(false);
});
