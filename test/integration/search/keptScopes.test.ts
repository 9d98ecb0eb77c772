import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAction } from '@flotilla/shared/definition/parseAction';
import type { Target } from '@flotilla/shared/target/target';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertExecution } from '../../../service/src/executions/queries/insertExecution.ts';
import { keptScopesOfUser } from '../../../service/src/scopes/keptScopeLimits.ts';
import { actionText, executionRequest } from '../../support/actionText.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, git, makeRepositories, makeRepository } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

let flotilla: TestService;
/** What Hugo sees; all others see all. */
const sees = new Set<number>();

beforeAll(async () => {
  flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one', 'two', 'three']),
    parts: { rightsOf: ({ name }) => (name === 'Hugo' ? sees : 'all') },
  });
});
afterAll(() => flotilla[Symbol.asyncDispose]());

const scopes = () => flotilla.api.scopes;
const sync = () => flotilla.api.repositories.sync.mutate();
const pathOf = (name: string) => join(flotilla.repositoriesFolder, name);
const headOf = (name: string) => git(pathOf(name), ['rev-parse', 'HEAD']);

test('a scope that somebody looked at has not changed as long as nothing moved, nor when what moved is not in it', async () => {
  const seen = await scopes().preview.query({ query: 'repo:^one$' });
  expect(seen.targets.map(({ repository }) => repository)).toEqual(['one']);
  expect(await scopes().changes.query({ scopeId: seen.id })).toBeNull();
  await commitFiles(pathOf('two'), { more: 'more\n' }, 'Move');
  await sync();
  expect(await scopes().changes.query({ scopeId: seen.id })).toBeNull();
});

test('a scope that somebody looked at stays, however often they ask whether it has changed, while it has not', async () => {
  const seen = await scopes().preview.query({ query: 'repo:^one$' });
  await commitFiles(pathOf('two'), { again: 'again\n' }, 'Move');
  await sync();
  for (let count = 0; count <= keptScopesOfUser; count++)
    expect(await scopes().changes.query({ scopeId: seen.id })).toBeNull();
});

test('what came, went and moved since is told, with the scope as it is now, which is kept as well', async () => {
  await makeRepository(pathOf('gone'), { files: { a: 'a\n' } });
  await sync();
  const seen = await scopes().preview.query({ query: 'repo:^(one|gone|new)$' });
  const from = await headOf('one');
  await commitFiles(pathOf('one'), { more: 'more\n' }, 'Move');
  await makeRepository(pathOf('new'), { files: { a: 'a\n' } });
  await rm(pathOf('gone'), { recursive: true });
  await sync();
  const changed = await scopes().changes.query({ scopeId: seen.id });
  expect(changed).toMatchObject({
    added: [{ repository: 'new' }],
    gone: [{ target: { repository: 'gone' }, reason: { kind: 'notListed' } }],
    moved: [{ target: { repository: 'one', baseRevision: await headOf('one') }, from }],
    now: { targets: [{ repository: 'new' }, { repository: 'one' }] },
  });
  if (changed === null) throw new Error('nothing changed');
  expect(changed.now.id).not.toBe(seen.id);
  expect(await scopes().changes.query({ scopeId: changed.now.id })).toBeNull();
});

test("a scope is its own user's, and for a while: others hear that it is not kept", async () => {
  const { id } = await scopes().preview.query({ query: 'repo:' });
  await using other = flotilla.connectEditor(await flotilla.createUserToken('Grace', 'admin'));
  expect(await refusalOfCall(other.api.scopes.changes.query({ scopeId: id }))).toMatchObject({
    flotilla: 'scope.expired',
  });
  await flotilla.service.sql`update kept_scopes set expires_at = now() where id = ${id}`;
  expect(await refusalOfCall(scopes().changes.query({ scopeId: id }))).toMatchObject({
    flotilla: 'scope.expired',
  });
});

test('a user keeps so many scopes: the oldest makes room, and no other user loses one', async () => {
  const token = await flotilla.createUserToken('Rita', 'reader');
  await using reader = flotilla.connectEditor(token);
  const ofAda = await scopes().preview.query({ query: 'repo:' });
  const ids: string[] = [];
  for (let count = 0; count <= keptScopesOfUser; count++)
    ids.push((await reader.api.scopes.preview.query({ query: 'repo:' })).id);
  const [first, second] = ids;
  if (first === undefined || second === undefined) throw new Error('no scope was kept');
  expect(await refusalOfCall(reader.api.scopes.changes.query({ scopeId: first }))).toMatchObject({
    flotilla: 'scope.expired',
  });
  expect(await reader.api.scopes.changes.query({ scopeId: second })).toBeNull();
  expect(await scopes().changes.query({ scopeId: ofAda.id })).toBeNull();
});

describe('an Execution of a scope that a person has confirmed', () => {
  const create = (scopeId: string, more: Readonly<Record<string, unknown>> = {}) =>
    flotilla.api.executions.create.mutate({
      ...executionRequest({ name: 'confirmed', scopeQuery: 'file:README' }),
      scopeId,
      ...more,
    });
  const made = () =>
    flotilla.service.sql`select (select count(*) from executions), (select count(*) from action_versions)`;
  const jobsOf = async (executionId: number) =>
    (await listJobs(flotilla.api, executionId)).map(({ repository, baseRevision }) => ({
      repository,
      baseRevision,
    }));
  const placesOf = ({ targets }: { readonly targets: readonly Target[] }) =>
    targets.map(({ repository, baseRevision }) => ({ repository, baseRevision }));

  test('has a Job for each of its Targets at the commit that was seen, whatever has moved since', async () => {
    const seen = await scopes().preview.query({ query: 'file:README' });
    expect(seen.targets.length).toBeGreaterThan(1);
    await commitFiles(pathOf('two'), { later: 'later\n' }, 'Move');
    await makeRepository(pathOf('later'), { files: { README: 'late\n' } });
    await sync();
    const { id } = await create(seen.id);
    expect(await jobsOf(id)).toEqual(placesOf(seen));
  });

  test('is made of rows alone: nothing is searched again', async () => {
    const seen = await scopes().preview.query({ query: 'file:README' });
    const { mirrors } = flotilla.service;
    const [first] = seen.targets;
    if (first === undefined) throw new Error('the scope is empty');
    const mirror = mirrors.pathOf(first.repositoryId);
    await rename(mirror, `${mirror}.away`);
    try {
      const { id } = await create(seen.id);
      expect(await jobsOf(id)).toEqual(placesOf(seen));
    } finally {
      await rename(`${mirror}.away`, mirror);
    }
  });

  test('may take some of its repositories', async () => {
    const seen = await scopes().preview.query({ query: 'file:README' });
    const chosen = seen.targets.slice(1, 2);
    const { id } = await create(seen.id, { repositories: chosen.map(({ repositoryId }) => repositoryId) });
    expect(await jobsOf(id)).toEqual(placesOf({ targets: chosen }));
  });

  const ofOne = { text: actionText({ name: 'confirmed', scopeQuery: 'repo:one' }) };
  test.each([
    ['has another query', {}, async () => undefined, 'scope.otherQuery', 'of another query'],
    [
      'is not kept any more',
      ofOne,
      (id: string) => flotilla.service.sql`update kept_scopes set expires_at = now() where id = ${id}`,
      'scope.expired',
      'The scope is not kept any more',
    ],
    [
      'has none of the chosen repositories',
      { ...ofOne, repositories: [999_999] },
      async () => undefined,
      'scope.empty',
      'None of the chosen repositories is in the scope that was confirmed. Look at it again.',
    ],
    [
      'has no repository',
      ofOne,
      (id: string) => flotilla.service.sql`update kept_scopes set targets = '[]' where id = ${id}`,
      'scope.empty',
      'There is no repository in the scope that was confirmed. Look at it again.',
    ],
  ])('is refused when the scope %s, and nothing is made', async (_, more, before, code, sentence) => {
    const { id } = await scopes().preview.query({ query: 'repo:one' });
    await before(id);
    const [was] = await made();
    const refusal = await refusalOfCall(create(id, more));
    expect(refusal).toMatchObject({ flotilla: code });
    expect(refusal.message).toContain(sentence);
    expect((await made())[0]).toEqual(was);
  });

  test('is refused when its user may not see all of it any more, unless those are chosen that they see', async () => {
    for (const { id } of await flotilla.api.repositories.list.query()) sees.add(id);
    await using hugo = flotilla.connectEditor(await flotilla.createUserToken('Hugo', 'member'));
    const seen = await hugo.api.scopes.preview.query({ query: 'file:README' });
    const [first, second] = seen.targets;
    if (first === undefined || second === undefined) throw new Error('the scope has two repositories');
    sees.delete(first.repositoryId);
    const request = {
      ...executionRequest({ name: 'confirmed', scopeQuery: 'file:README' }),
      scopeId: seen.id,
    };
    const [was] = await made();
    expect(await refusalOfCall(hugo.api.executions.create.mutate(request))).toMatchObject({
      flotilla: 'scope.expired',
      message: 'You may not see all repositories of the scope that was confirmed any more. Look at it again.',
    });
    expect((await made())[0]).toEqual(was);
    const { id } = await hugo.api.executions.create.mutate({
      ...request,
      repositories: [second.repositoryId],
    });
    expect(await jobsOf(id)).toEqual(placesOf({ targets: [second] }));
  });

  test('that another replica has to go on with keeps its scope until it has its Jobs', async () => {
    const { sql, work, hints } = flotilla.service;
    const seen = await scopes().preview.query({ query: 'file:README' });
    const definition = parseAction(actionText({ scopeQuery: 'file:README' }), 'left.action.json');
    if (!definition.ok) throw new Error('the Action has problems');
    const saved = await flotilla.api.actions.save.mutate({ ...executionRequest({ name: 'left' }) });
    const begun = await insertExecution(
      sql,
      {
        requestKey: randomUUID(),
        actionId: saved.actionId,
        actionVersion: saved.version,
        definition: definition.definition,
        createdBy: 1,
        request: { repositories: null, scopeId: seen.id },
      },
      { holder: 'a replica that has died', leaseMs: 1 },
    );
    if (begun === undefined) throw new Error('the Execution was not made');
    await sql`update kept_scopes set expires_at = now() - interval '1 hour' where id = ${seen.id}`;
    // Who looks at another scope removes what has expired.
    await scopes().preview.query({ query: 'repo:' });
    expect(work.kinds.has('resolve')).toBe(true);
    hints.publish('work');
    await waitFor(
      'the Execution to have its Jobs',
      async () => (await jobsOf(begun.executionId)).length > 0,
      {
        timeoutMs: 30_000,
      },
    );
    expect(await jobsOf(begun.executionId)).toEqual(placesOf(seen));
  });
});
