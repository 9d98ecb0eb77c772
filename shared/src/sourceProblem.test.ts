import { array, assert, constant, constantFrom, nat, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { describeProblems, positionsIn } from './sourceProblem.ts';

test.each([
  [0, { line: 1, column: 1 }],
  [2, { line: 1, column: 3 }],
  [3, { line: 2, column: 1 }],
  [5, { line: 2, column: 3 }],
])('offset %i of a text has its line and column', (offset, position) => {
  expect(positionsIn('ab\ncd')(offset)).toEqual(position);
});

test('every offset of every text has the line and column that counting finds', () => {
  const textWithOffset = array(constantFrom('a', '\n', '\r\n', '\u{1f600}'))
    .map((parts) => parts.join(''))
    .chain((text) => tuple(constant(text), nat(text.length)));
  assert(
    property(textWithOffset, ([text, offset]) => {
      const lines = text.slice(0, offset).split('\n');
      expect(positionsIn(text)(offset)).toEqual({
        line: lines.length,
        column: (lines.at(-1) ?? '').length + 1,
      });
    }),
  );
});

test('problems are written so that terminals and editors make links of them', () => {
  const problems = [
    { message: 'Wrong.', offset: 4, length: 1 },
    { message: 'Wrong too.', offset: 0, length: 1 },
  ];
  expect(describeProblems('x.action.json', 'ab\ncd', problems)).toEqual([
    'x.action.json:2:2: Wrong.',
    'x.action.json:1:1: Wrong too.',
  ]);
});
