import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CodeHost } from '../../../service/src/codeHosts/codeHost.ts';
import { codeHostKinds } from '../../../service/src/codeHosts/kinds.ts';
import { sessionLocks, takeSessionLock } from '../../../service/src/db/sessionLock.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, makeRepositories } from '../../support/repositories.ts';
import { noCredential, scriptedKind } from '../../support/scriptedHost.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const three = (folder: string) => makeRepositories(folder, ['one', 'two', 'three']);

const move = ({ repositoriesFolder }: TestService, name: string) =>
  commitFiles(join(repositoriesFolder, name), { more: `${Math.random()}` }, 'More');

async function headsOf({ api }: TestService): Promise<Record<string, string | null>> {
  const listed = await api.repositories.list.query();
  return Object.fromEntries(listed.map(({ name, headCommit }) => [name, headCommit]));
}

async function idOf({ service: { sql } }: TestService, name: string): Promise<number> {
  const [row] = await sql<{ id: string }[]>`select id from repositories where name = ${name}`;
  return Number(row?.id);
}

const fetchOne = async (flotilla: TestService, name: string) =>
  flotilla.api.repositories.fetch.mutate({ repositoryId: await idOf(flotilla, name) });

test('one repository is fetched alone, also while a scan of its host goes on', async () => {
  await using flotilla = await testService({ repositories: three });
  const before = await headsOf(flotilla);
  const [one] = [await move(flotilla, 'one'), await move(flotilla, 'two')];
  await using _scan = await takeSessionLock(flotilla.database.url, sessionLocks.scan(1), { wait: true });
  expect(await fetchOne(flotilla, 'one')).toMatchObject({ name: 'one', headCommit: one, reason: null });
  expect(await headsOf(flotilla)).toEqual({ ...before, one });
  // Nothing to do is an answer too.
  expect(await fetchOne(flotilla, 'one')).toMatchObject({ headCommit: one });
});

test('one that is gone is marked so and refused in a sentence, and is the same one when it is back', async () => {
  await using flotilla = await testService({ repositories: three });
  const id = await idOf(flotilla, 'two');
  const folder = join(flotilla.repositoriesFolder, 'two');
  await rename(folder, `${flotilla.repositoriesFolder}-two`);
  expect(await refusalOfCall(fetchOne(flotilla, 'two'))).toMatchObject({
    flotilla: 'notFound',
    message: 'repositories has no repository two any more.',
  });
  expect(Object.keys(await headsOf(flotilla))).toEqual(['one', 'three']);
  await rename(`${flotilla.repositoriesFolder}-two`, folder);
  expect(await fetchOne(flotilla, 'two')).toMatchObject({ id, name: 'two', reason: null });
});

test('ids of nothing are refused, and those of a host that is away or let go of', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api, service, repositoriesFolder } = flotilla;
  const refusal = (repositoryId: number) => refusalOfCall(api.repositories.fetch.mutate({ repositoryId }));
  expect((await refusal(0)).code).toBe('BAD_REQUEST');
  expect(await refusal(99)).toMatchObject({ flotilla: 'notFound', message: 'There is no repository 99.' });
  await rename(repositoriesFolder, `${repositoriesFolder}-away`);
  expect(await refusal(1)).toMatchObject({
    flotilla: 'unavailable',
    message: `The code host repositories cannot be reached: there is no folder ${repositoriesFolder}.`,
  });
  expect(Object.keys(await headsOf(flotilla))).toHaveLength(3);
  await rename(`${repositoriesFolder}-away`, repositoriesFolder);
  await service.sql`update code_hosts set present = false`;
  await service.codeHosts.takeUp();
  expect(await refusal(1)).toMatchObject({ flotilla: 'notFound' });
});

/** A service over one host that works as a folder does, but for what a test does in between. */
async function scriptedService(between: (real: CodeHost) => Partial<CodeHost>): Promise<TestService> {
  const kinds = {
    directory: codeHostKinds['directory'] ?? scriptedKind(new Map()),
    scripted: {
      protocols: [],
      open: (location: string, settings: unknown) => {
        const real = codeHostKinds['directory']?.open(location, settings, noCredential);
        if (real === undefined) throw new Error('there is no kind of that name');
        return { ...real, ...between(real) };
      },
    },
  };
  const flotilla = await testService({ parts: { kinds }, repositories: three, config: { repositories: [] } });
  const { sql, codeHosts } = flotilla.service;
  await sql`
    insert into code_hosts (kind, name, location) values ('scripted', 'scripted', ${flotilla.repositoriesFolder})`;
  await codeHosts.takeUp();
  return flotilla;
}

test('a scan that asked the host before does not take a repository back to where it was', async () => {
  let gate: Promise<void> | undefined;
  const opened = Promise.withResolvers<void>();
  let isListed = false;
  await using flotilla = await scriptedService((real) => ({
    list: async (signal) => {
      const listing = await real.list(signal);
      isListed = gate !== undefined;
      await gate;
      return listing;
    },
  }));
  await flotilla.service.codeHosts.sync();
  await move(flotilla, 'one');
  gate = opened.promise;
  const scanning = flotilla.service.codeHosts.sync();
  await waitFor('the scan to have its list', () => isListed);
  const later = await move(flotilla, 'one');
  expect(await fetchOne(flotilla, 'one')).toMatchObject({ headCommit: later });
  opened.resolve();
  expect(await scanning).toMatchObject({ changed: 1 });
  expect(await headsOf(flotilla)).toMatchObject({ one: later });
});

test('how far a scan is can be seen by whoever asks, until it has ended', async () => {
  const opened = Promise.withResolvers<void>();
  await using flotilla = await scriptedService((real) => ({
    access: async (repository, use) => {
      if (repository.name === 'two') await opened.promise;
      return real.access(repository, use);
    },
  }));
  const hosts = () => flotilla.api.codeHosts.list.query();
  await waitFor('the scan to say how far it is', async () => (await hosts())[0]?.scan?.fetched === 2);
  expect(await hosts()).toEqual([
    {
      id: 1,
      name: 'scripted',
      kind: 'scripted',
      problem: null,
      listedAt: expect.any(Number),
      repositories: 3,
      scan: { listed: 3, fetched: 2, toGo: 1 },
    },
  ]);
  // What a replica said that died is no progress.
  opened.resolve();
  await waitFor('the scan to have ended', async () => (await hosts())[0]?.scan === null);
  await flotilla.service.sql`
    update code_hosts set scan = '{"listed": 3, "fetched": 0, "toGo": 3}', scan_told_at = now() - interval '1 minute'`;
  expect((await hosts())[0]?.scan).toBeNull();
});

test('many who fetch one repository at once, and scans, are all done in order', async () => {
  await using flotilla = await testService({ repositories: three });
  const head = await move(flotilla, 'one');
  const fetched = await Promise.all([
    ...Array.from({ length: 6 }, () => fetchOne(flotilla, 'one')),
    flotilla.api.repositories.sync.mutate().then(() => undefined),
  ]);
  expect(
    fetched.filter((one) => one !== undefined).map(({ headCommit, reason }) => [headCommit, reason]),
  ).toEqual(Array.from({ length: 6 }, () => [head, null]));
  expect(await headsOf(flotilla)).toMatchObject({ one: head });
});

test('a scan that has lost its locks ends, and stores nothing of what it had begun', async () => {
  const opened = Promise.withResolvers<void>();
  let isAsked = false;
  await using flotilla = await scriptedService((real) => ({
    access: async (repository, use) => {
      isAsked = true;
      await opened.promise;
      return real.access(repository, use);
    },
  }));
  const { sql, codeHosts } = flotilla.service;
  const syncing = refusalOfCall(flotilla.api.repositories.sync.mutate());
  await waitFor('the scan to fetch', () => isAsked);
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'flotilla lock'`;
  await waitFor('nobody to hold a lock', async () => {
    const held = await sql`
      select from pg_locks join pg_database on pg_database.oid = database
       where datname = current_database() and locktype = 'advisory' and granted`;
    return held.length === 0;
  });
  opened.resolve();
  expect(await syncing).toMatchObject({ flotilla: 'unavailable' });
  expect(Object.values(await headsOf(flotilla))).toEqual([null, null, null]);
  expect(await codeHosts.sync()).toMatchObject({ repositories: 3, changed: 3 });
});
