import type { Sql } from '../../service/src/db/database.ts';
import { waitFor } from './waitFor.ts';

/** Row locks that a test holds, so that a race happens in the order that the test wants. */
export interface Hold extends AsyncDisposable {
  /** Commits, and lets go of whoever waits. */
  release(): Promise<void>;
}

/** The service opens no transactions, and its type of client has none; a test may. */
export interface TransactionalClient {
  begin(body: (transaction: Sql) => Promise<unknown>): Promise<unknown>;
}

/** Runs statements in a transaction that stays open until it is released. */
export async function hold(sql: Sql, statements: (transaction: Sql) => Promise<unknown>): Promise<Hold> {
  const holding = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const client = sql as unknown as TransactionalClient;
  const transaction = client.begin(async (tx) => {
    // The service's pools end a transaction that rests for half a minute.
    await tx`set local idle_in_transaction_session_timeout = 0`;
    await statements(tx);
    holding.resolve();
    await released.promise;
  });
  await Promise.race([holding.promise, transaction]);
  const release = async () => {
    released.resolve();
    await transaction;
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** What tells a statement of the service from others, in the part of it that Postgres shows (its first 1,024 bytes). */
const marks = {
  finish: "('claimed', 'running', 'lost', 'released') as finished",
  cancel: 'set cancel_requested_at = coalesce(cancel_requested_at, now())',
  hello: 'set lease_token = gen_random_uuid(), lease_expires_at',
} as const;

/**
 * Waits until so many statements of this database wait for a lock: all, or those of a kind. Where a runner's heartbeats
 * may wait beside them, only a kind can be counted.
 */
export async function waitForBlocked(sql: Sql, count: number, kind?: keyof typeof marks): Promise<void> {
  const mark = kind === undefined ? '' : marks[kind];
  await waitFor(`${count} statements (${kind ?? 'of any kind'}) to wait for a lock`, async () => {
    const [row] = await sql<{ blocked: number }[]>`
      select count(*)::int as blocked from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'
         and position(${mark} in regexp_replace(query, '\\s+', ' ', 'g')) > 0`;
    return row?.blocked === count;
  });
}
