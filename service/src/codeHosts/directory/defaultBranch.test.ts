import { expect, test } from 'vitest';
import { chooseDefaultBranch, type BranchFacts } from './defaultBranch.ts';

const facts: BranchFacts = {
  branches: new Map([
    ['refs/heads/main', 'a'],
    ['refs/heads/next', 'b'],
    ['refs/heads/trunk', 'c'],
  ]),
  configured: '',
  originHead: '',
  head: '',
};

test.each<[string, Partial<BranchFacts>, string | null]>([
  [
    'the configured branch counts first',
    { configured: 'next', originHead: 'refs/remotes/origin/trunk', head: 'refs/heads/main' },
    'refs/heads/next',
  ],
  ['the configured branch may be a full name', { configured: 'refs/heads/next' }, 'refs/heads/next'],
  ["then origin's", { originHead: 'refs/remotes/origin/trunk', head: 'refs/heads/main' }, 'refs/heads/trunk'],
  ['then HEAD', { head: 'refs/heads/main' }, 'refs/heads/main'],
  [
    'one that does not exist is passed over',
    { configured: 'gone', originHead: 'refs/remotes/origin/gone', head: 'refs/heads/main' },
    'refs/heads/main',
  ],
  ['a detached HEAD alone gives none', {}, null],
  ['a tag is no branch', { configured: 'refs/tags/v1' }, null],
])('%s', (_rule, known, branch) => {
  expect(chooseDefaultBranch({ ...facts, ...known })).toBe(branch);
});
