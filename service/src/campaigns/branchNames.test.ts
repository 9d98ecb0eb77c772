import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { branchRef } from '@flotilla/shared/campaign/branchNames';

function gitTakes(name: string): boolean {
  try {
    execFileSync('git', ['check-ref-format', '--branch', name], { stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['flotilla/node-22', true],
  ['ä#1%', true],
  ['a/b/c', true],
  ['-x', false],
  ['a b', false],
  ['a..b', false],
  ['a@{1}', false],
  ['HEAD', false],
  ['.a', false],
  ['a/.b', false],
  ['a.lock', false],
  ['a/', false],
  ['/a', false],
  ['a//b', false],
  ['a.', false],
  ['a\u0007', false],
  ['a\\b', false],
  ['a~1', false],
])('%j is a name of a branch: %s, as git says', (name, good) => {
  expect('ref' in branchRef(name)).toBe(good);
  expect(gitTakes(name)).toBe(good);
});

test('what git reads as another name is no name for a branch', () => {
  expect(branchRef('@')).toHaveProperty('problem');
});

test('what cannot be seen, or is longer than a file name may be, is no name for a branch', () => {
  expect(branchRef('a\u202eb')).toHaveProperty('problem');
  expect(branchRef('x'.repeat(201))).toHaveProperty('problem');
  expect(branchRef('')).toHaveProperty('problem');
  // git takes it for another name of HEAD.
  expect(branchRef('@')).toHaveProperty('problem');
});
