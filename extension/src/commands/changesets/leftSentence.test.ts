import { expect, test } from 'vitest';
import { leftSentence } from './leftSentence.ts';

test('where all of it was done nothing is said', () => {
  expect(leftSentence('retry', 3, [])).toBeUndefined();
});

test('equal reasons are said once, with their number', () => {
  const left = [{ state: 'merged' }, { state: 'open' }, { state: 'merged' }] as const;
  expect(leftSentence('reopen', 5, left)).toBe(
    '3 of 5 Changesets were not reopened: 2 are in the state "merged", 1 is in the state "open".',
  );
  expect(leftSentence('close', 1, [{ state: 'unpublished' }])).toBe(
    'The Changeset was not closed: 1 is in the state "not published".',
  );
});
