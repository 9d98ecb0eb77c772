import { expect, test } from 'vitest';
import { describeProblem, positionAt } from './sourceProblem.ts';

test.each([
  [0, { line: 1, column: 1 }],
  [2, { line: 1, column: 3 }],
  [3, { line: 2, column: 1 }],
  [5, { line: 2, column: 3 }],
])('offset %i of a text has its line and column', (offset, position) => {
  expect(positionAt('ab\ncd', offset)).toEqual(position);
});

test('a problem is written so that terminals and editors make a link of it', () => {
  expect(describeProblem('x.action.json', 'ab\ncd', { message: 'Wrong.', offset: 4, length: 1 })).toBe(
    'x.action.json:2:2: Wrong.',
  );
});
