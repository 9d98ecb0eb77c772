import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptScopesOfUser } from '../../../service/src/scopes/keptScopeLimits.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, git, makeRepositories, makeRepository } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';

let flotilla: TestService;

beforeAll(async () => {
  flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one', 'two', 'three']),
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
