import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { answeredSockets } from './answeredSocket.ts';
import { openClient } from './client.ts';

/**
 * Whatever belongs together is one auto-commit statement, never a transaction: when a backend dies inside one, the
 * driver may run the rest of it on the connection that follows, outside of it (porsager/postgres#1216).
 */
interface NoTransactions {
  readonly transaction: never;
  readonly begin: never;
  readonly reserve: never;
}

/** The query builder, for plain reads and writes. */
export type Database = Omit<PostgresJsDatabase, keyof NoTransactions>;
/** The client itself, for the statements that lock or must be fast; one file each under `queries/`. */
export type Sql = postgres.Sql & NoTransactions;

export interface Connections extends AsyncDisposable {
  readonly database: Database;
  readonly sql: Sql;
  /** For the statements of every Job, which find each row by an index; see {@link indexOnly}. */
  readonly hot: Sql;
}

/**
 * Pause before a connection is tried again. The driver's own rule goes up to 20 s, and a statement that waits for such
 * a connection held up heartbeats for longer than a lease after the database was back.
 */
function reconnectSeconds(retries: number): number {
  return Math.min(3 ** retries / 100, 0.5) * (0.5 + Math.random() / 2);
}

/**
 * A plan that was made while the tables were small reads them whole, until statistics come minutes later: claims and
 * finishes of a new deployment fell from 2,000 to 450 a second over 30,000 Jobs (decision 0105). With these settings
 * rows are looked up by index, whatever the statistics say.
 */
const indexOnly = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // Else the rows of a small index are kept, and compared with each row of the batch.
  enable_material: 'off',
};

/**
 * Opens the pools. Two kinds of client, because drizzle replaces its client's date and JSON handling (docs/spec/database.md).
 * `statementMs` bounds every query, by the server's `statement_timeout` and, when that is not heard of, by
 * {@link answeredSockets}.
 */
export function connect(
  url: string,
  options: { readonly max?: number; readonly statementMs?: number } = {},
): Connections {
  const { statementMs = 30_000 } = options;
  const common = {
    // A server that is there has cancelled the statement by then, and says so. Not among the driver's types.
    socket: answeredSockets(statementMs + statementMs / 6),
    // In seconds, before the sockets take a connection that rests for a silent one.
    idle_timeout: statementMs / 1000,
    // In seconds, for the connection that listens, which may rest for ever: a lost one is noticed after ten more.
    keep_alive: 10,
    max: options.max ?? 10,
    backoff: reconnectSeconds,
    max_lifetime: 45 * 60,
    connection: {
      application_name: 'flotilla',
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: 30_000,
    },
  };
  const builderClient = openClient(url, common);
  const sql = openClient(url, common) as Sql;
  const hot = openClient(url, {
    ...common,
    max: Math.min(common.max, 4),
    connection: { ...common.connection, ...indexOnly },
  }) as Sql;
  return {
    database: drizzle(builderClient),
    sql,
    hot,
    // `end` without a timeout can hang after a disconnect (postgres.js #1097).
    async [Symbol.asyncDispose]() {
      await Promise.all([
        builderClient.end({ timeout: 5 }),
        sql.end({ timeout: 5 }),
        hot.end({ timeout: 5 }),
      ]);
    },
  };
}
