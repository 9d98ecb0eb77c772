import { createServer, Socket, type AddressInfo } from 'node:net';
import { setImmediate as checkPhase } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { connect, type Sql } from '../../service/src/db/database.ts';
import { isTransientDatabaseError } from '../../service/src/db/transientErrors.ts';
import { backendOf } from '../support/backendOf.ts';
import type { TransactionalClient } from '../support/holdPoints.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { testDatabase } from '../support/testDatabase.ts';

/*
 * Where Postgres ends, all connections are lost at once: what fails on one of them may be asked again on another, between
 * the news that this one is lost too and the event that it is closed. The driver is patched for that (decision 0140).
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
