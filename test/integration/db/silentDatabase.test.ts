import { expect, test } from 'vitest';
import { connect } from '../../../service/src/db/database.ts';
import { isTransientDatabaseError } from '../../../service/src/db/transientErrors.ts';
import { backendOf } from '../../support/backendOf.ts';
import { startProxy } from '../../support/proxy.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { waitFor } from '../../support/waitFor.ts';

/** How long a statement may take here, in milliseconds. */
const statementMs = 600;
/** The bound of silence, its looks, a new connection, and what a busy machine adds. */
const boundMs = 2 * statementMs + 3000;

test('a statement that nobody answers fails as an absence of the database, and the next one is answered', async () => {
  await using database = await testDatabase();
  await using network = await startProxy(database.url);
  await using connections = connect(network.url, { max: 1, statementMs });
  const { sql } = connections;
  const before = await backendOf(sql);
  network.freeze();
  const asked = performance.now();
  const error = await backendOf(sql).catch((reason: unknown) => reason);
  expect(isTransientDatabaseError(error)).toBe(true);
  expect(performance.now() - asked).toBeGreaterThan(statementMs);
  expect(performance.now() - asked).toBeLessThan(boundMs);
  expect(await backendOf(sql)).not.toBe(before);
});

test('statements that wait behind one that nobody answers fail with it', async () => {
  await using database = await testDatabase();
  await using network = await startProxy(database.url);
  await using connections = connect(network.url, { max: 1, statementMs });
  const { sql } = connections;
  await backendOf(sql);
  network.freeze();
  const asked = performance.now();
  const errors = await Promise.all(
    Array.from({ length: 5 }, () => backendOf(sql).catch((reason: unknown) => reason)),
  );
  expect(errors.map(isTransientDatabaseError)).toEqual(Array.from({ length: 5 }, () => true));
  expect(performance.now() - asked).toBeLessThan(boundMs);
});

test('what takes long is cancelled by the server, which keeps the connection', async () => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 1, statementMs });
  const { sql } = connections;
  const before = await backendOf(sql);
  const error = await sql`select pg_sleep(60)`.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: '57014' });
  expect(isTransientDatabaseError(error)).toBe(true);
  expect(await backendOf(sql)).toBe(before);
});

test('a connection that listens may hear nothing for long, and hears what comes then', async () => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 1, statementMs });
  const { sql } = connections;
  const heard: string[] = [];
  let listened = 0;
  await sql.listen(
    'ear',
    (payload) => heard.push(payload),
    () => (listened += 1),
  );
  // The time is another connection's, which notifies too.
  await using other = connect(database.url, { max: 1 });
  await other.sql`select pg_sleep(${(3 * statementMs) / 1000})`;
  await other.sql`select pg_notify('ear', 'late')`;
  await waitFor('the notification', () => heard.length > 0);
  expect({ heard, listened }).toEqual({ heard: ['late'], listened: 1 });
});

test('a connection that rests leaves by itself, and the next statement has a new one', async () => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 1, statementMs });
  await using other = connect(database.url, { max: 1 });
  const before = await backendOf(connections.sql);
  await waitFor('the backend to be gone', async () => {
    const left = await other.sql`select 1 from pg_stat_activity where pid = ${before}`;
    return left.length === 0;
  });
  expect(await backendOf(connections.sql)).not.toBe(before);
});
