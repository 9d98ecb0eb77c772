import { expect, test } from 'vitest';
import { credentialOf } from '../../../service/src/codeHosts/credentialOf.ts';
import { HostError } from '../../../service/src/codeHosts/hostError.ts';
import type { HostedRepository } from '../../../service/src/codeHosts/codeHost.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { scriptedKind, type Script } from '../../support/scriptedHost.ts';
import { testService, type TestService } from '../../support/testService.ts';

const address = 'https://192.0.2.7';
const repository = (name: string, mayPush: boolean): HostedRepository => ({
  externalId: name,
  name,
  defaultBranch: null,
  headCommit: null,
  fingerprint: name,
  reason: 'it is empty: it has no branch yet',
  facts: {
    url: null,
    archived: false,
    fork: false,
    visibility: 'private',
    description: null,
    topics: [],
    language: null,
    pushedAt: null,
  },
  mayPush,
  bytes: 1024,
});

/** A service with a kind of host whose hosts are those of a script, and an admin. */
async function withKind(script: Script): Promise<TestService & { readonly admin: TestService['api'] }> {
  const scripted = scriptedKind(new Map([[address, script]]));
  const flotilla = await testService({ parts: { kinds: { scripted } }, config: { repositories: [] } });
  const token = await flotilla.createUserToken('Grace', 'admin');
  return Object.assign(flotilla, { admin: flotilla.connectEditor(token).api });
}

const listing = {
  can: { stableIds: true, push: true, describes: true, pullRequests: null },
  list: () =>
    Promise.resolve({ repositories: [repository('a/web', true), repository('a/api', false)], unseen: [] }),
} satisfies Script;
const host = { kind: 'scripted', address: `${address}/`, settings: {}, credential: 'first secret' };

test('a host is tried before it is connected, and nothing is kept of that', async () => {
  await using flotilla = await withKind(listing);
  const { admin } = flotilla;
  expect(await admin.codeHosts.try.mutate(host)).toEqual({
    account: null,
    repositories: 2,
    pushable: 1,
    bytes: 2048,
    problems: [],
  });
  expect(await admin.codeHosts.list.query()).toEqual([]);
  expect(await flotilla.service.sql`select from secrets`).toHaveLength(0);
});

test('a host that is connected is scanned, with a credential that nobody gets back', async () => {
  await using flotilla = await withKind(listing);
  const { admin } = flotilla;
  const { codeHostId } = await admin.codeHosts.connect.mutate({ ...host, name: 'forge' });
  await admin.repositories.sync.mutate();
  const hosts = await admin.codeHosts.list.query();
  expect(hosts).toMatchObject([{ id: codeHostId, name: 'forge', kind: 'scripted', repositories: 2 }]);
  expect(JSON.stringify(hosts)).not.toContain('secret');
  const secret = () => flotilla.service.secrets.open(credentialOf(codeHostId));
  expect((await secret())?.reveal()).toBe('first secret');
  await admin.codeHosts.replaceCredential.mutate({ codeHostId, credential: 'second secret' });
  expect((await secret())?.reveal()).toBe('second secret');
  const audit = await flotilla.service.sql`select event, actor, details::text from audit_events order by id`;
  expect(JSON.stringify(audit)).toContain('codeHost.connected');
  expect(JSON.stringify(audit)).not.toContain('first secret');
});

test('a host that is disconnected is gone with its credential; connected again it is the same one', async () => {
  await using flotilla = await withKind(listing);
  const { admin } = flotilla;
  const first = await admin.codeHosts.connect.mutate({ ...host, name: 'forge' });
  await admin.repositories.sync.mutate();
  const before = (await admin.repositories.list.query()).map(({ id }) => id);
  await admin.codeHosts.disconnect.mutate(first);
  expect(await admin.codeHosts.list.query()).toEqual([]);
  expect(await admin.repositories.list.query()).toEqual([]);
  expect(await flotilla.service.secrets.open(credentialOf(first.codeHostId))).toBeUndefined();
  const second = await admin.codeHosts.connect.mutate({ ...host, name: 'another name' });
  await admin.repositories.sync.mutate();
  expect(second).toEqual(first);
  expect((await admin.repositories.list.query()).map(({ id }) => id)).toEqual(before);
});

test.each([
  [{ kind: 'directory' }, 'There is no kind of code host "directory" that can be connected.'],
  [{ kind: 'nope' }, 'There is no kind of code host "nope" that can be connected.'],
  [{ address: 'http://192.0.2.7' }, 'is not encrypted'],
  [{ address: 'https://localhost:1' }, 'FLOTILLA_LOCAL_HOSTS=true'],
  [{ address: 'https://me:pw@192.0.2.7' }, 'must not have a user or a password'],
])('a host of %j is refused in a sentence, and leaves nothing', async (more, sentence) => {
  await using flotilla = await withKind(listing);
  const { admin } = flotilla;
  const refused = await refusalOfCall(admin.codeHosts.connect.mutate({ ...host, name: 'forge', ...more }));
  expect(refused.message).toContain(sentence);
  expect(refused.message).not.toContain('pw@');
  expect(await flotilla.service.sql`select from code_hosts`).toHaveLength(0);
});

test('a name that another host has is refused, one that is free again is not', async () => {
  await using flotilla = await withKind(listing);
  const { admin } = flotilla;
  const first = await admin.codeHosts.connect.mutate({ ...host, name: 'forge' });
  const other = { ...host, address: 'https://192.0.2.8', name: 'forge' };
  const refused = await refusalOfCall(admin.codeHosts.connect.mutate(other));
  expect(refused.message).toBe('There is a code host "forge" already. Choose another name.');
  expect(await admin.codeHosts.list.query()).toHaveLength(1);
  await admin.codeHosts.disconnect.mutate(first);
  await admin.codeHosts.connect.mutate(other);
  expect(await admin.codeHosts.list.query()).toMatchObject([{ name: 'forge' }]);
});

test('a host that refuses the credential says so when it is tried', async () => {
  await using flotilla = await withKind({
    ...listing,
    list: () =>
      Promise.reject(new HostError('credential', 'It refuses the credential.', { retry: 'backOff' })),
  });
  const refused = await refusalOfCall(flotilla.admin.codeHosts.try.mutate(host));
  expect(refused.message).toBe('It refuses the credential.');
});

test('a member may not connect, try, disconnect or give a credential', async () => {
  await using flotilla = await withKind(listing);
  const { api } = flotilla;
  for (const call of [
    api.codeHosts.try.mutate(host),
    api.codeHosts.connect.mutate({ ...host, name: 'forge' }),
    api.codeHosts.disconnect.mutate({ codeHostId: 1 }),
    api.codeHosts.replaceCredential.mutate({ codeHostId: 1, credential: 'x' }),
  ])
    expect((await refusalOfCall(call)).message).toContain('needs the role admin');
});
