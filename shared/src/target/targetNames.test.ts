import { array, assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oneLine } from '../text/oneLine.ts';
import { anyTargets } from './anyTargets.ts';
import type { Target } from './target.ts';
import { targetNames } from './targetNames.ts';

const hosts = new Map([
  [1, 'github.com'],
  [2, 'gitea'],
]);

/** A Target as `host repositoryId name branch directory` says. */
function target(
  codeHostId: number,
  repositoryId: number,
  repository: string,
  branch = 'main',
  directory = '',
): Target {
  return {
    codeHostId,
    codeHost: hosts.get(codeHostId) ?? '',
    repositoryId,
    repository,
    baseRef: `refs/heads/${branch}`,
    baseRevision: '0'.repeat(40),
    directory,
  };
}

const named = (...targets: Target[]) => targets.map(targetNames(targets));

describe('a Target among others', () => {
  test.each<[string, Target[], string[]]>([
    [
      'is called as its repository',
      [target(1, 1, 'acme/web'), target(2, 2, 'acme/api', 'release/2', 'packages/a')],
      ['acme/web', 'acme/api'],
    ],
    [
      'has its host in front where another host has a repository of the name',
      [target(1, 1, 'acme/web'), target(2, 2, 'acme/web'), target(2, 3, 'acme/api')],
      ['github.com/acme/web', 'gitea/acme/web', 'acme/api'],
    ],
    [
      'says its branch where its repository has several',
      [target(1, 1, 'web'), target(1, 1, 'web', 'release/2'), target(1, 2, 'api', 'next')],
      ['web@main', 'web@release/2', 'api'],
    ],
    [
      'says its directory where its repository has several',
      [target(1, 1, 'web'), target(1, 1, 'web', 'main', 'packages/a'), target(1, 1, 'web', 'main', 'b')],
      ['web', 'web:packages/a', 'web:b'],
    ],
    [
      'says all of it where all of it is needed',
      [target(1, 1, 'web', 'main', 'a'), target(1, 1, 'web', 'next', 'b'), target(2, 2, 'web')],
      ['github.com/web@main:a', 'github.com/web@next:b', 'gitea/web'],
    ],
    [
      'has its host in front where the host of another makes them the same',
      [target(2, 1, 'web'), target(1, 2, 'web'), target(1, 3, 'gitea/web')],
      ['gitea/web', 'github.com/web', 'github.com/gitea/web'],
    ],
    [
      'has a number where nothing else tells it from one that looks the same',
      [target(1, 9, 'a\u202eb'), target(1, 7, 'a\u200bb')],
      ['github.com/a\u202eb (2)', 'github.com/a\u200bb'],
    ],
    [
      'has a number where it is called as the branch of another',
      [target(1, 1, 'web'), target(1, 1, 'web', 'next'), target(1, 2, 'web@next')],
      ['web@main', 'web@next', 'web@next (2)'],
    ],
  ])('%s', (_what, targets, names) => {
    expect(named(...targets)).toEqual(names);
  });
});

test('a repository of which no branch is known is called as it is, and tells others of its name apart', () => {
  const { codeHostId, codeHost, repositoryId, repository } = target(2, 2, 'acme/web');
  const leftOut = { codeHostId, codeHost, repositoryId, repository };
  const nameOf = targetNames([target(1, 1, 'acme/web'), leftOut]);
  expect(nameOf(leftOut)).toBe('gitea/acme/web');
});

test('the same Target of two Executions has one name', () => {
  const once = target(1, 1, 'web');
  expect(named(once, { ...once, baseRevision: '1'.repeat(40) })).toEqual(['web', 'web']);
});

test('whatever the Targets, no two of them look the same', () => {
  assert(
    property(anyTargets, (targets) => {
      const looks = targets.map(targetNames(targets)).map((name) => oneLine(name).normalize('NFC'));
      expect(new Set(looks).size).toBe(targets.length);
    }),
    { numRuns: 500 },
  );
});

test('the name of a Target is the same in whatever order all are shown', () => {
  assert(
    property(anyTargets, array(integer(), { minLength: 8, maxLength: 8 }), (targets, keys) => {
      const other = [...targets.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
      const shuffled = other.flatMap((index) => targets[index] ?? []);
      expect(targets.map(targetNames(shuffled))).toEqual(targets.map(targetNames(targets)));
    }),
    { numRuns: 200 },
  );
});
