import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import { sessionLocks, takeSessionLock } from '../../../service/src/db/sessionLock.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { commitFiles, makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

/** Lets scans wait until it is disposed, as one of another replica does. */
async function holdScans({ database }: TestService): Promise<AsyncDisposable> {
  const lock = await takeSessionLock(database.url, sessionLocks.scan(1), { wait: true });
  if (lock === undefined) throw new Error('a lock that was waited for was not given');
  return lock;
}

async function waitingScans({ service }: TestService): Promise<number> {
  const [row] = await service.sql<{ count: number }[]>`
    select count(*)::int from pg_stat_activity
     where datname = current_database() and application_name = 'flotilla lock' and wait_event_type = 'Lock'`;
  return row?.count ?? 0;
}

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);

test('a scan that several share goes on when the first of them has gone', async () => {
  await using flotilla = await testService({ repositories: two });
  const { service } = flotilla;
  const first = new AbortController();
  let others;
  {
    await using _held = await holdScans(flotilla);
    const gone = service.codeHosts.sync(first.signal).catch(messageOf);
    others = [service.codeHosts.sync(), service.codeHosts.sync(new AbortController().signal)];
    await waitFor('the scan to wait', async () => (await waitingScans(flotilla)) === 1);
    first.abort(new Error('the editor has gone'));
    expect(await gone).toBe('the editor has gone');
  }
  expect(await Promise.all(others)).toMatchObject([
    { repositories: 2, changed: 0 },
    { repositories: 2, changed: 0 },
  ]);
});

test('a scan ends when all who wait for it have gone, and the next call scans anew', async () => {
  await using flotilla = await testService({ repositories: two });
  const { service } = flotilla;
  let next;
  {
    await using _held = await holdScans(flotilla);
    const callers = [new AbortController(), new AbortController()];
    const gone = callers.map((caller) => service.codeHosts.sync(caller.signal).catch(messageOf));
    await waitFor('the scan to wait', async () => (await waitingScans(flotilla)) === 1);
    for (const caller of callers) caller.abort(new Error('the editor has gone'));
    expect(await Promise.all(gone)).toEqual(callers.map(() => 'the editor has gone'));
    await waitFor('the scan to have ended', async () => (await waitingScans(flotilla)) === 0);
    next = service.codeHosts.sync();
  }
  expect(await next).toMatchObject({ repositories: 2, changed: 0 });
});

test('what moved after a scan began is there when a call answers that was made afterwards', async () => {
  await using flotilla = await testService({ repositories: two });
  const { service, repositoriesFolder } = flotilla;
  await using held = await hold(service.sql, (sql) => sql`select from code_hosts for update`);
  const early = service.codeHosts.sync();
  // It has looked at the folder, and writes down what it found.
  await waitForBlocked(service.sql, 1);
  await commitFiles(join(repositoriesFolder, 'one'), { late: 'moved\n' }, 'Moved');
  const late = service.codeHosts.sync();
  await held.release();
  expect(await early).toMatchObject({ repositories: 2, changed: 0 });
  expect(await late).toMatchObject({ repositories: 2, changed: 1 });
});

test('who waits for a scan of another replica waits as long as that gets on', async () => {
  const patienceMs = 1000;
  await using flotilla = await testService({ repositories: two, parts: { scanPatienceMs: patienceMs } });
  const { service } = flotilla;
  const states = async () => (await service.codeHosts.sync()).hosts.map(({ state }) => state);
  let syncing;
  {
    await using _held = await holdScans(flotilla);
    const begunAt = performance.now();
    syncing = states();
    let steps = 0;
    await waitFor('the other one to get on for longer than anybody waits', async () => {
      const scan = { listed: 9, fetched: 0, toGo: 9, steps: (steps += 1) };
      await service.sql`update code_hosts set scan = ${service.sql.json(scan)}, scan_told_at = now()`;
      return performance.now() - begunAt > 3 * patienceMs;
    });
  }
  expect(await syncing).toEqual(['scanned']);
  await using _held = await holdScans(flotilla);
  expect(await states()).toEqual(['goesOn']);
});
