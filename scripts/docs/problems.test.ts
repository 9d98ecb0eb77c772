import { expect, test } from 'vitest';
import { citeProblems } from './citeProblems.ts';
import { indexProblems } from './indexProblems.ts';
import { linkProblems } from './linkProblems.ts';

const first = { path: 'docs/decisions/0001-a-b.md', text: '# 0001: one is first\n' };
const second = { path: 'docs/decisions/0002-c.md', text: '# Two\n' };
const index = (...lines: string[]) => ({ path: 'docs/decisions/README.md', text: lines.join('\n') });
const [toFirst, toSecond] = ['- [0001](0001-a-b.md) One is first', '- [0002](0002-c.md) Two'];

test('an index with each decision once, under its title, is right', () => {
  expect(indexProblems([first, second, index('## Topic', '', toFirst, toSecond)])).toEqual([]);
});

test.each([
  [
    'without one of them',
    [toFirst],
    'docs/decisions/0002-c.md is to be once in docs/decisions/README.md: - [0002](0002-c.md) Two',
  ],
  ['with one twice', [toFirst, toSecond, toSecond], 'docs/decisions/0002-c.md is to be once in'],
  ['with another title', [toFirst, '- [0002](0002-c.md) Too'], 'docs/decisions/0002-c.md is to be once in'],
  ['with another number', [toFirst, '- [0003](0002-c.md) Two'], 'docs/decisions/0002-c.md is to be once in'],
  [
    'with one that is not there',
    [toFirst, toSecond, '- [0003](0003-d.md) Three'],
    'names 0003-d.md, which is not there',
  ],
])('an index %s is wrong, and what to write is said', (_what, lines, problem) => {
  expect(indexProblems([first, second, index(...lines)]).join('\n')).toContain(problem);
});

test('two decisions of one number are wrong', () => {
  const twin = { path: 'docs/decisions/0001-z.md', text: '# Z' };
  const lines = index(toFirst, '- [0001](0001-z.md) Z');
  expect(indexProblems([first, twin, lines])).toEqual([
    'docs/decisions/0001-z.md has the number of 0001-a-b.md',
  ]);
});

test('links that lead nowhere and files that are not there are named, and others are not', () => {
  const files = ['docs/a.md', 'docs/user/b.md', 'service/src/jobs/claim.ts'];
  const page = (text: string) => linkProblems([{ path: 'docs/user/b.md', text }], files);
  expect(
    page('[a](../a.md#part), [b](b.md), [c](https://c.example), [d](#here), [e](../../service/src/)'),
  ).toEqual([]);
  expect(page('`service/src/jobs/claim.ts`, `jobs/claim.ts` and `claim.ts`')).toEqual([]);
  expect(page('[a](a.md)')).toEqual(['docs/user/b.md has a link to a.md, which is not there']);
  expect(page('`jobs/finish.ts`')).toEqual(['docs/user/b.md names jobs/finish.ts, which is not there']);
});

test('a decision may name what is gone since, and may not link it', () => {
  const decision = { path: 'docs/decisions/0001-a.md', text: '`jobs/gone.ts` and [gone](../gone.md)' };
  expect(linkProblems([decision], [])).toEqual([
    'docs/decisions/0001-a.md has a link to ../gone.md, which is not there',
  ]);
});

test('a section of a paper that is not here is found by its line, and one of a standard is left alone', () => {
  const sign = '\u00a7';
  const page = { path: 'a.ts', text: `// RFC 6455, ${sign}1.3\n// design ${sign}9\n// UTS 51 ${sign}1.4.9` };
  expect(citeProblems([{ ...page, path: 'migrations/0001.sql' }])).toEqual([]);
  expect(citeProblems([page])).toEqual(['a.ts:2 cites a section that is not here: name a page of docs/']);
});
