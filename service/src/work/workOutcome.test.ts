import { expect, test } from 'vitest';
import { backOffAfter } from './workOutcome.ts';

test('the last back-off of a table stands for all further tries', () => {
  expect([1, 2, 3, 4, 100].map((tries) => backOffAfter(tries, [1, 5, 30]))).toEqual([1, 5, 30, 30, 30]);
});
