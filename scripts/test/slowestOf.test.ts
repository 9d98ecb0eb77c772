import { expect, test } from 'vitest';
import { slowestOf } from './slowestOf.ts';

test('the slowest tests are told with their seconds, the longest first, and no name takes more than its line', () => {
  const tests = [
    { name: 'quick', ms: 12 },
    { name: 'slow', ms: 61_234 },
    { name: 'a'.repeat(20_000), ms: 1500 },
  ];
  expect(slowestOf(tests, 2)).toEqual([' 61.2 s  slow', `  1.5 s  ${'a'.repeat(160)}…`]);
});
