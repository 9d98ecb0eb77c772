import { expect, test } from 'vitest';
import { tokenTable } from './tokenTable.ts';

const created = new Date('2026-03-04T05:06:07Z');

test('tokens are listed in columns', () => {
  const lines = tokenTable([
    { id: 1, scope: 'runner', user: null, role: null, label: 'build 1', createdAt: created, revokedAt: null },
    {
      id: 12,
      scope: 'user',
      user: 'ada',
      role: 'admin',
      label: 'laptop',
      createdAt: created,
      revokedAt: created,
    },
  ]);
  expect(lines).toEqual([
    'ID  SCOPE   USER  ROLE   CREATED           REVOKED           LABEL',
    '1   runner  -     -      2026-03-04 05:06  -                 build 1',
    '12  user    ada   admin  2026-03-04 05:06  2026-03-04 05:06  laptop',
  ]);
});

test('what a client called itself cannot steer the terminal', () => {
  const [, row] = tokenTable([
    {
      id: 1,
      scope: 'user',
      user: 'ada',
      role: 'member',
      label: 'paired: \u001b[2Jme\n',
      createdAt: created,
      revokedAt: null,
    },
  ]);
  expect(row).toMatch(/ {2}paired: \ufffd\[2Jme\ufffd$/);
});
