import { expect, test } from 'vitest';
import type { LockedPackage } from './lockfile.ts';
import { problemsOf } from './problems.ts';

const good: LockedPackage = {
  path: 'left-pad',
  version: '1.0.0',
  licence: 'MIT',
  integrity: `sha512-${'a'.repeat(86)}==`,
  resolved: undefined,
  isDevelopment: false,
  runsScript: false,
};

test('a package within the policy has no problem', () => {
  expect(problemsOf([good, { ...good, licence: '(GPL-3.0-only OR MIT)' }])).toEqual([]);
});

test.each<[string, Partial<LockedPackage>, RegExp]>([
  ['without a hash', { integrity: undefined }, /has no SHA-512/],
  ['with a weak hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, /has no SHA-512/],
  ['from somewhere else', { resolved: 'git+ssh://git@example.com/x.git' }, /comes from git\+ssh/],
  ['that runs a script nobody read', { runsScript: true }, /runs a script/],
  ['whose name only ends like one that was read', { path: 'not-ssh2', runsScript: true }, /runs a script/],
  ['under a licence that spreads', { licence: 'GPL-3.0-only' }, /is under GPL-3.0-only/],
  ['that spreads whichever one takes', { licence: 'MIT AND AGPL-3.0-only' }, /is under MIT AND/],
  ['that is shipped under what only development may have', { licence: 'MPL-2.0' }, /is under MPL-2.0/],
  ['that says no licence', { licence: undefined }, /says no licence/],
  ['whose licence is no expression', { licence: 'do as you like' }, /is under do as you like/],
])('a package %s is named', (_which, change, problem) => {
  expect(problemsOf([{ ...good, ...change }])).toEqual([expect.stringMatching(problem)]);
});

test('what only development uses may have a licence that binds its own files', () => {
  expect(problemsOf([{ ...good, licence: 'MPL-2.0', isDevelopment: true }])).toEqual([]);
});
