import { beforeAll, expect, test } from 'vitest';
import { refusalOfCall } from '../../support/refusal.ts';
import { testService, type TestService } from '../../support/testService.ts';

let flotilla: TestService;
beforeAll(async () => {
  flotilla = await testService();
  // Of a kind that no replica here knows: it stays as it is.
  await flotilla.service.sql`
    insert into work (kind, key, payload, due_at, tries, reason, error)
    values ('unheardOf', '7', '{}', now() + interval '1 hour', 3, 'The code host does not answer.', 'Error: ENOTFOUND')`;
  return () => flotilla[Symbol.asyncDispose]();
});

test('members read what the service owes and why it waits, but not what was thrown', async () => {
  expect(await flotilla.api.work.list.query({})).toEqual([
    {
      id: 1,
      kind: 'unheardOf',
      title: 'unheardOf 7',
      state: 'waiting',
      askedAt: expect.any(Number),
      dueAt: expect.any(Number),
      replica: null,
      tries: 3,
      reason: 'The code host does not answer.',
      error: null,
    },
  ]);
});

test('admins read what was thrown as well', async () => {
  const { api } = flotilla.connectEditor(await flotilla.createUserToken('Grace', 'admin'));
  expect(await api.work.list.query({ limit: 1 })).toMatchObject([{ error: 'Error: ENOTFOUND' }]);
});

test('readers and those without a token are refused', async () => {
  const reader = flotilla.connectEditor(await flotilla.createUserToken('Alan', 'reader'));
  expect(await refusalOfCall(reader.api.work.list.query({}))).toMatchObject({ flotilla: 'role.refused' });
  const stranger = flotilla.connectEditor(undefined);
  expect(await refusalOfCall(stranger.api.work.list.query({}))).toMatchObject({ flotilla: 'token.refused' });
});
