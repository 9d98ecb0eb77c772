import { expect, test } from 'vitest';
import { opinionsOf } from './opinions.ts';
import type { Review } from './schemas.ts';

type Said = readonly [login: string | null, state: string, dismissed?: 'dismissed'];

function reviews(...said: readonly Said[]): Review[] {
  return said.map(([login, state, dismissed], id) => ({
    id,
    state,
    dismissed: dismissed !== undefined,
    user: login === null ? null : { login },
    submitted_at: '2026-01-01T00:00:00Z',
  }));
}

test.each<[string, readonly Said[], string, number]>([
  ['nobody', [], 'pending', 0],
  ['one who approves', [['a', 'APPROVED']], 'approved', 1],
  [
    'two who approve',
    [
      ['a', 'APPROVED'],
      ['b', 'APPROVED'],
    ],
    'approved',
    2,
  ],
  [
    'one against another',
    [
      ['a', 'APPROVED'],
      ['b', 'REQUEST_CHANGES'],
    ],
    'changesRequested',
    1,
  ],
  [
    'one who changes his mind',
    [
      ['a', 'REQUEST_CHANGES'],
      ['a', 'APPROVED'],
    ],
    'approved',
    1,
  ],
  [
    'a comment after an approval',
    [
      ['a', 'APPROVED'],
      ['a', 'COMMENT'],
    ],
    'approved',
    1,
  ],
  [
    'one who is asked again',
    [
      ['a', 'APPROVED'],
      ['a', 'REQUEST_REVIEW'],
    ],
    'pending',
    0,
  ],
  ['an approval that was dismissed', [['a', 'APPROVED', 'dismissed']], 'pending', 0],
  ['a comment alone', [['a', 'COMMENT']], 'commented', 0],
  [
    'a team, and an account that is gone',
    [
      [null, 'REQUEST_REVIEW'],
      [null, 'APPROVED'],
    ],
    'pending',
    0,
  ],
  ['a word that nobody knows', [['a', 'SHRUGGED']], 'pending', 0],
])('%s', (_who, said, review, approvals) => {
  expect(opinionsOf(reviews(...said))).toEqual({ review, approvals });
});
