import { expect, test } from 'vitest';
import { findScopeQueryProblems } from './scopeQueryProblems.ts';

test('a problem of the scope query points into the text of the file', () => {
  const text = '{\n  // nothing else yet\n  "scopeQuery": "repo:web lang:go",\n}';
  const problems = findScopeQueryProblems(text);
  expect(problems.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual(['lang:go']);
});

test('a query with escapes is marked as a whole', () => {
  const text = '{ "scopeQuery": "lang:go \\"x\\"" }';
  expect(findScopeQueryProblems(text)).toMatchObject([
    { offset: text.indexOf('"lang'), length: '"lang:go \\"x\\""'.length },
  ]);
});

test.each(['', '{}', '{ "scopeQuery": 3 }', '{ "scopeQuery": "repo:web" }'])(
  'a text without a problem in its query has none: %s',
  (text) => {
    expect(findScopeQueryProblems(text)).toEqual([]);
  },
);
