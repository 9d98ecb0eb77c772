import { createServer, Socket, type AddressInfo } from 'node:net';
import { setImmediate as checkPhase } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { connect, type Sql } from '../../../service/src/db/database.ts';
import { isTransientDatabaseError } from '../../../service/src/db/transientErrors.ts';
import { backendOf } from '../../support/backendOf.ts';
import type { TransactionalClient } from '../../support/holdPoints.ts';
import { startProxy, type Proxy } from '../../support/proxy.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { waitFor } from '../../support/waitFor.ts';

/*
 * What the driver of Postgres does since it is patched (decision 0140). Where Postgres ends, all connections are lost at
 * once: what fails on one of them may be asked again on another, between the news that this one is lost too and the event
 * that it is closed.
 */

interface Connected {
  readonly sql: Sql;
  /** The driver's one connection. */
  readonly socket: Socket;
  readonly network: Proxy;
}

/** What a statement comes to that is made at the moment that `lose` chooses; afterwards the database has to answer. */
async function statementMade(lose: (connected: Connected) => Promise<unknown>): Promise<unknown> {
  await using database = await testDatabase();
  await using network = await startProxy(database.url);
  using opened = vi.spyOn(Socket.prototype, 'connect');
  await using connections = connect(network.url, { max: 1 });
  const { sql } = connections;
  await ask(sql);
  const sockets = opened.mock.contexts.filter((each): each is Socket => each instanceof Socket);
  const socket = sockets.find(({ remotePort }) => remotePort === Number(new URL(network.url).port));
  if (socket === undefined) throw new Error('the driver has no connection');
  const outcome = await lose({ sql, socket, network });
  const started = performance.now();
  expect(await ask(sql)).toEqual([{ answer: 42 }]);
  expect(performance.now() - started).toBeLessThan(2000);
  return outcome;
}

/** The rows, or the error. */
const ask = (sql: Sql): Promise<unknown> => sql`select 42 as answer`.catch((error: unknown) => error);

test('a statement that is made while its connection is being closed fails, and the next one is answered', async () => {
  const outcome = await statementMade(async ({ sql, socket }) => {
    await checkPhase();
    socket.destroy();
    return ask(sql);
  });
  expect(isTransientDatabaseError(outcome)).toBe(true);
});

test('a statement that is made on a connection that was reset fails, and the next one is answered', async () => {
  const outcome = await statementMade(async ({ sql, socket, network }) => {
    const asked = new Promise((resolve) => socket.once('error', () => resolve(ask(sql))));
    network.drop();
    return asked;
  });
  expect(isTransientDatabaseError(outcome)).toBe(true);
});

test.each([
  ['a statement of a transaction fails', (tx: Sql) => tx`select pg_sleep(60)`],
  ['a transaction fails while it rests', () => new Promise<never>(() => undefined)],
])('%s when its backend is terminated, and the next statement is answered', async (_case, work) => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 1 });
  await using others = connect(database.url, { max: 1 });
  const client = connections.sql as unknown as TransactionalClient;
  const begun = Promise.withResolvers<number>();
  const transaction = client
    .begin(async (tx) => {
      begun.resolve(await backendOf(tx));
      return work(tx);
    })
    .catch((error: unknown) => error);
  await others.sql`select pg_terminate_backend(${await begun.promise})`;
  expect(isTransientDatabaseError(await transaction)).toBe(true);
  expect(await ask(connections.sql)).toEqual([{ answer: 42 }]);
});

test('a statement fails when who takes the connection hangs up before the server has answered', async () => {
  await using door = createServer((socket) => socket.resume().end());
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  await using connections = connect(`postgres://flotilla@127.0.0.1:${port}/flotilla`, { max: 1 });
  expect(isTransientDatabaseError(await ask(connections.sql))).toBe(true);
});

test('whoever listens tries again with pauses while who takes the connection hangs up', async () => {
  const takenAt: number[] = [];
  await using door = createServer((socket) => {
    takenAt.push(performance.now());
    socket.resume().end();
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  await using connections = connect(`postgres://flotilla@127.0.0.1:${port}/flotilla`, { max: 1 });
  const refused = connections.sql.listen('a_channel', () => undefined).catch((error: unknown) => error);
  expect(isTransientDatabaseError(await refused)).toBe(true);
  await waitFor('it to have tried some times', () => takenAt.length >= 9);
  // Pauses of a quarter of a second and more by now, where it was eight milliseconds.
  const [sixth = 0, , , ninth = 0] = takenAt.slice(5);
  expect(ninth - sixth).toBeGreaterThan(3 * 125);
});

describe('a statement is answered with its own rows', () => {
  test.each([
    ['an error', 'select 1 / (3 - x) from generate_series(1, 5) x', '22012'],
    ['its time', 'select x, pg_sleep(0.3) from generate_series(1, 5) x', '57014'],
  ])('after one that was ended by %s in the middle of its rows', async (_what, statement, code) => {
    await using database = await testDatabase();
    await using connections = connect(database.url, { max: 1, statementMs: 1000 });
    const { sql } = connections;
    await expect(sql.unsafe(statement)).rejects.toMatchObject({ code });
    expect(await ask(sql)).toEqual([{ answer: 42 }]);
  });

  test('on the connection that follows one that was lost in the middle of rows', async () => {
    await using database = await testDatabase();
    await using connections = connect(database.url, { max: 1 });
    await using others = connect(database.url, { max: 1 });
    const { sql } = connections;
    const backend = await backendOf(sql);
    // The first rows are sent when there are 8 KB of them.
    const long = sql`select repeat('x', 10000), pg_sleep(0.05) from generate_series(1, 1000)`.catch(
      (error: unknown) => error,
    );
    await waitFor('some rows to have been made', async () => {
      const [row] = await others.sql<{ seconds: number }[]>`
        select extract(epoch from now() - query_start)::float as seconds from pg_stat_activity where pid = ${backend}`;
      return (row?.seconds ?? 0) > 0.5;
    });
    await others.sql`select pg_terminate_backend(${backend})`;
    expect(isTransientDatabaseError(await long)).toBe(true);
    expect(await ask(sql)).toEqual([{ answer: 42 }]);
  });

  test('beside one whose values cannot be sent', async () => {
    await using database = await testDatabase();
    await using connections = connect(database.url, { max: 1 });
    const { sql } = connections;
    const at = (time: Date) => sql`select ${time}::timestamptz as answer`;
    await at(new Date());
    // They are sent one after another, without waiting for answers.
    const outcomes = await Promise.allSettled([
      sql`select 41 as answer, pg_sleep(0.1) is null as slept`,
      at(new Date(Number.NaN)),
      ask(sql),
      sql`select 43 as answer`,
    ]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: [{ answer: 41, slept: false }] },
      { status: 'rejected', reason: expect.any(RangeError) },
      { status: 'fulfilled', value: [{ answer: 42 }] },
      { status: 'fulfilled', value: [{ answer: 43 }] },
    ]);
  });
});
