import { join } from 'node:path';
import { expect, test } from 'vitest';
import { directory } from '../../../service/src/codeHosts/directory/kind.ts';
import { LockSession } from '../../../service/src/db/sessionLock.ts';
import { bringIn } from '../../../service/src/repositories/bringIn.ts';
import { timeNow } from '../../../service/src/repositories/queries/timeNow.ts';
import { scanHost } from '../../../service/src/repositories/scanHost.ts';
import { ScanProgress } from '../../../service/src/repositories/scanProgress.ts';
import { noCredential } from '../../support/scriptedHost.ts';
import { SlowFetches } from '../../../service/src/repositories/slowFetches.ts';

import { commitFiles, makeRepositories, makeRepository } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';

const files = { file: 'text\n' };

/** Scans, with fetches that may take so long. */
async function scan(
  { service, database, repositoriesFolder }: TestService,
  slowFetches: SlowFetches,
  quickMs: number,
  slowMs: number,
) {
  const { sql, mirrors, logger } = service;
  await using locks = new LockSession(database.url);
  return await scanHost({
    sql,
    databaseUrl: database.url,
    mirrors,
    hostId: 1,
    host: directory.open(repositoriesFolder, {}, noCredential),
    locks,
    slowFetches,
    progress: new ScanProgress(),
    times: { quickMs, slowMs },
    logger,
    signal: new AbortController().signal,
  });
}

test('a repository that is not fetched quickly is fetched at length, when all others are done', async () => {
  await using flotilla = await testService();
  await makeRepository(join(flotilla.repositoriesFolder, 'large'), { files });
  expect(await scan(flotilla, new SlowFetches(), 1, 60_000)).toEqual({
    kind: 'scanned',
    repositories: 1,
    changed: 1,
  });
  expect(await flotilla.api.repositories.list.query()).toMatchObject([{ name: 'large', reason: null }]);
});

test('one that is not fetched at length either is left alone for a while, unless it moves', async () => {
  await using flotilla = await testService();
  const made = await makeRepository(join(flotilla.repositoriesFolder, 'endless'), { files });
  const slowFetches = new SlowFetches();
  const listed = async () => (await flotilla.api.repositories.list.query())[0];
  expect(await scan(flotilla, slowFetches, 1, 1)).toMatchObject({ changed: 1 });
  expect((await listed())?.reason).toMatch(/^it could not be fetched: git \w+ took longer than 0\.001 s$/);
  slowFetches.failed((await listed())?.id ?? 0, await fingerprintOf(flotilla), 60_000);
  expect(await scan(flotilla, slowFetches, 60_000, 60_000)).toMatchObject({ changed: 0 });
  await commitFiles(made.folder, { more: 'x' }, 'More');
  expect(await scan(flotilla, slowFetches, 60_000, 60_000)).toMatchObject({ changed: 1 });
  expect((await listed())?.reason).toBeNull();
});

test('a repository that is not fetched quickly stays as it was until it is fetched at length', async () => {
  await using flotilla = await testService({ repositories: (folder) => makeRepositories(folder, ['large']) });
  const { service, database, api, repositoriesFolder } = flotilla;
  const before = await api.repositories.list.query();
  await commitFiles(join(repositoriesFolder, 'large'), { more: 'x' }, 'More');
  const { sql, mirrors, logger } = service;
  await using locks = new LockSession(database.url);
  const host = directory.open(repositoriesFolder, {}, noCredential);
  const [repository] = (await host.list()).repositories;
  if (repository === undefined) throw new Error('there is no repository');
  const moved = { id: before[0]?.id ?? 0, repository, askedAt: await timeNow(sql) };
  const limits = { wait: false, timeLimitMs: 1, isFirstTry: true };
  expect(await bringIn({ sql, mirrors, hostId: 1, host, locks, logger }, moved, limits)).toBe('slow');
  expect(await api.repositories.list.query()).toEqual(before);
});

test('a repository that could not be fetched says so, keeps its branch and head, and is usable when it could be', async () => {
  await using flotilla = await testService({ repositories: (folder) => makeRepositories(folder, ['large']) });
  const [before] = await flotilla.api.repositories.list.query();
  const head = await commitFiles(join(flotilla.repositoriesFolder, 'large'), { more: 'x' }, 'More');
  // One that nobody had the time to try at length, and one that was tried.
  for (const [slowMs, reason] of [
    [0, 'it could not be fetched: it takes long, and others took all the time that one scan has for such'],
    [1, 'it could not be fetched: git fetch took longer than 0.001 s'],
  ] as const) {
    await scan(flotilla, new SlowFetches(), 1, slowMs);
    expect(await flotilla.api.repositories.list.query()).toEqual([{ ...before, reason }]);
  }
  await scan(flotilla, new SlowFetches(), 60_000, 60_000);
  expect(await flotilla.api.repositories.list.query()).toEqual([{ ...before, headCommit: head }]);
});

async function fingerprintOf({ repositoriesFolder }: TestService): Promise<string> {
  const { repositories } = await directory.open(repositoriesFolder, {}, noCredential).list();
  return repositories[0]?.fingerprint ?? '';
}
