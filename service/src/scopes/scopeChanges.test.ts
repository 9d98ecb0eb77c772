import type { Target } from '@flotilla/shared/target/target';
import { expect, test } from 'vitest';
import { scopeChanges } from './scopeChanges.ts';

const target = (repositoryId: number, baseRevision = 'a', directory = ''): Target => ({
  codeHostId: 1,
  codeHost: 'repositories',
  repositoryId,
  repository: 'web',
  baseRef: 'refs/heads/main',
  baseRevision,
  directory,
});

test('a scope that means the same Targets at the same commits has not changed, whatever else is left out', () => {
  const now = {
    targets: [target(2), target(1)],
    leftOut: [{ ...target(3), reason: { kind: 'noDefaultBranch' } as const }],
  };
  expect(scopeChanges([target(1), target(2)], now)).toBeUndefined();
});

test('what came, what went and why, and what moved are told apart', () => {
  const reason = { kind: 'noFile', files: 'file:go.mod', text: null } as const;
  const now = {
    targets: [target(1, 'b'), target(3)],
    leftOut: [{ ...target(2), reason }],
  };
  expect(scopeChanges([target(1), target(2), target(4)], now)).toEqual({
    added: [target(3)],
    gone: [
      { target: target(2), reason },
      { target: target(4), reason: { kind: 'notListed' } },
    ],
    moved: [{ target: target(1, 'b'), from: 'a' }],
  });
});

test('of two Targets of one repository each is looked at by itself', () => {
  const [whole, part] = [target(1), target(1, 'a', 'packages/a')];
  expect(scopeChanges([whole, part], { targets: [part], leftOut: [] })).toEqual({
    added: [],
    gone: [{ target: whole, reason: { kind: 'notListed' } }],
    moved: [],
  });
});
