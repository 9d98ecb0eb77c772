import { expect, test } from 'vitest';
import { connect } from '../../../service/src/db/database.ts';
import { LockSession, sessionLocks, takeSessionLock } from '../../../service/src/db/sessionLock.ts';
import { startProxy } from '../../support/proxy.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { waitFor } from '../../support/waitFor.ts';

test('a lock is held by one session; who does not wait is told so, and who waits has it next', async () => {
  await using database = await testDatabase();
  const take = (wait: boolean) => takeSessionLock(database.url, sessionLocks.housekeeping, { wait });
  const held = await take(false);
  expect(held).toBeDefined();
  expect(await take(false)).toBeUndefined();
  const next = take(true);
  await held?.[Symbol.asyncDispose]();
  await using _next = await next;
  expect(await take(false)).toBeUndefined();
});

test('who waits for a lock stops when told to, also while the server takes no connection to hear of it', async () => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 1 });
  await using _held = await takeSessionLock(database.url, sessionLocks.housekeeping, { wait: false });
  await using network = await startProxy(database.url);
  const stop = new AbortController();
  const waiting = takeSessionLock(network.url, sessionLocks.housekeeping, {
    wait: true,
    signal: stop.signal,
  });
  await waitFor('the lock to be waited for', async () => {
    const rows = await connections.sql`
      select from pg_locks join pg_database on pg_database.oid = database
       where datname = current_database() and locktype = 'advisory' and not granted`;
    return rows.length === 1;
  });
  network.refuse();
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

test('one session holds several locks, gives each back by itself, and says when it has lost them', async () => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 1 });
  await using session = new LockSession(database.url);
  const one = await session.take(sessionLocks.mirror(1), { wait: false });
  await session.take(sessionLocks.mirror(2), { wait: false });
  const taken = async (id: number) => {
    await using lock = await takeSessionLock(database.url, sessionLocks.mirror(id), { wait: false });
    return lock === undefined;
  };
  expect([await taken(1), await taken(2), await taken(3)]).toEqual([true, true, false]);
  await one?.[Symbol.asyncDispose]();
  expect([await taken(1), await taken(2)]).toEqual([false, true]);
  expect(session.lost.aborted).toBe(false);
  await connections.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'flotilla lock'`;
  await waitFor('the session to say that it is lost', () => session.lost.aborted);
  expect(await taken(2)).toBe(false);
});
