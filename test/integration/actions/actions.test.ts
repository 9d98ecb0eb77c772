import { expect, test } from 'vitest';
import { actionText } from '../../support/actionText.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { testService, type TestService } from '../../support/testService.ts';

const save = ({ api }: Pick<TestService, 'api'>, description: string, baseVersion: number | null = null) =>
  api.actions.save.mutate({
    fileName: 'ci/bump.action.json',
    text: actionText({ description }),
    baseVersion,
    origin: { file: 'ci/bump.action.json', commit: 'a'.repeat(40), dirty: true },
  });

test('an Action is known by its name; each other text is its next version, and says where it came from', async () => {
  await using flotilla = await testService();
  expect(await save(flotilla, 'one')).toMatchObject({ name: 'bump', version: 1, createdBy: 'Ada' });
  expect(await save(flotilla, 'two', 1)).toMatchObject({
    version: 2,
    text: actionText({ description: 'two' }),
    origin: { file: 'ci/bump.action.json', commit: 'a'.repeat(40), dirty: true },
  });
  expect(await flotilla.api.actions.list.query()).toMatchObject([
    { name: 'bump', description: 'two', latestVersion: 2, updatedBy: 'Ada' },
  ]);
});

test('the text of the latest version makes no further version', async () => {
  await using flotilla = await testService();
  await save(flotilla, 'one');
  expect(await save(flotilla, 'one', 7)).toMatchObject({ version: 1 });
});

test('an older version can be read when there is a newer one', async () => {
  await using flotilla = await testService();
  const { actionId } = await save(flotilla, 'one');
  await save(flotilla, 'two');
  const older = await flotilla.api.actions.get.query({ actionId, version: 1 });
  expect(older.text).toBe(actionText({ description: 'one' }));
  expect((await flotilla.api.actions.get.query({ actionId })).version).toBe(2);
  expect((await refusalOfCall(flotilla.api.actions.get.query({ actionId, version: 3 }))).code).toBe(
    'NOT_FOUND',
  );
});

test('a text that started from another version than the latest is a conflict, which says what to do', async () => {
  await using flotilla = await testService();
  const { actionId } = await save(flotilla, 'one');
  await save(flotilla, 'two', 1);
  expect(await refusalOfCall(save(flotilla, 'three', 1))).toEqual({
    code: 'CONFLICT',
    flotilla: 'action.conflict',
    message:
      '"bump" has changed since: version 2 is there, and this text started from version 1. Compare the two, then save over it or take the newer one.',
    details: { actionId, latestVersion: 2 },
  });
  expect(await flotilla.api.actions.get.query({ actionId })).toMatchObject({ version: 2 });
});

test('of many who save at the same time from the same version one wins, the others are told', async () => {
  await using flotilla = await testService();
  const { actionId } = await save(flotilla, 'base');
  const saves = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      save(flotilla.connectEditor(flotilla.userToken), `text ${index}`, 1),
    ),
  );
  expect(saves.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  expect(await flotilla.api.actions.get.query({ actionId })).toMatchObject({ version: 2 });
});

test('of many who save over each other every text becomes a version', async () => {
  await using flotilla = await testService();
  const texts = Array.from({ length: 8 }, (_, index) => `text ${index}`);
  const saved = await Promise.all(
    texts.map((text) => save(flotilla.connectEditor(flotilla.userToken), text)),
  );
  expect(saved.map((one) => one.version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const { sql } = flotilla.service;
  expect(
    await sql`select count(*)::int as n from audit_events where event = 'action.saved' and actor = 'Ada'`,
  ).toEqual([{ n: 8 }]);
});

test('a text that is no Action is refused with every problem and its place, and nothing is kept of it', async () => {
  await using flotilla = await testService();
  const text = '{\n  "scopeQuery": "repo:",\n  "steps": [],\n  "nme": "x"\n}';
  const refusal = await refusalOfCall(
    flotilla.api.actions.save.mutate({ fileName: 'bump.action.json', text, baseVersion: null, origin: null }),
  );
  expect(refusal).toMatchObject({
    code: 'BAD_REQUEST',
    flotilla: 'action.invalid',
    message:
      'bump.action.json:3:12: An Action needs at least one step.\nbump.action.json:4:3: "nme" is not known here.',
    details: {
      problems: [
        { offset: text.indexOf('[]'), length: 2 },
        { offset: text.indexOf('"nme"'), length: 5 },
      ],
    },
  });
  expect(await flotilla.api.actions.list.query()).toEqual([]);
});
