import type { ScopePreview } from '@flotilla/shared/views';
import { expect, test } from 'vitest';
import { scopeLines } from './scopeView.ts';

const named = (repository: string) => ({
  codeHostId: 1,
  codeHost: 'repositories',
  repositoryId: 1,
  repository,
});

const target = (repository: string) => ({
  ...named(repository),
  baseRef: 'refs/heads/main',
  baseRevision: '0123456789abcdef0123456789abcdef01234567',
  directory: '',
});

test('a scope names what it touches, and what it leaves out with the reason', () => {
  const scope: ScopePreview = {
    query: 'repo:',
    targets: [target('web')],
    leftOut: [{ ...named('drafts'), reason: { kind: 'unusable', problem: 'it is empty' } }],
  };
  expect(scopeLines(scope)).toEqual([
    '1 repository in scope of "repo:"',
    '  web  main at 0123456789',
    '1 repository left out',
    '  drafts  it is empty',
  ]);
});

test('repositories of one name have their host in front, also where one of them is left out', () => {
  const leftOut = [
    { ...named('web'), codeHost: 'gitea', repositoryId: 2, reason: { kind: 'noDefaultBranch' } as const },
  ];
  expect(scopeLines({ query: 'repo:', targets: [target('web')], leftOut })).toEqual([
    '1 repository in scope of "repo:"',
    '  repositories/web  main at 0123456789',
    '1 repository left out',
    '  gitea/web  has no default branch',
  ]);
});

test('a large scope is counted, not listed whole', () => {
  const targets = Array.from({ length: 100 }, (_, index) => target(`r${index}`));
  const lines = scopeLines({ query: 'repo:', targets, leftOut: [] });
  expect(lines[0]).toBe('100 repositories in scope of "repo:"');
  expect(lines.at(-1)).toBe('  and 85 more');
  expect(lines).toHaveLength(17);
});

test('a name or a reason of several lines stays one line', () => {
  const reason = { kind: 'unusable', problem: 'it could not be fetched:\n\u001b[31mfatal' } as const;
  const leftOut = [{ ...named('a\nb'), reason }];
  expect(scopeLines({ query: 'repo:', targets: [], leftOut }).at(-1)).toBe(
    '  a b  it could not be fetched: fatal',
  );
});
