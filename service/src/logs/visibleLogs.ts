import type { LogMessage } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { whenBack } from '../db/whenBack.ts';
import { requireVisible } from '../jobs/requireVisible.ts';
import type { LogStore } from './logStore.ts';

interface LogContext {
  readonly sql: Sql;
  readonly logs: LogStore;
}

/**
 * Follows the log of an Attempt, as {@link LogStore.follow} does. Throws `notFound` where the user may not see its
 * repository. A database that is away only makes it wait, at its beginning too.
 */
export async function* followLog(
  { sql, logs }: LogContext,
  user: User,
  { attemptId, from }: { readonly attemptId: number; readonly from: number },
  signal: AbortSignal,
  writable: () => Promise<void>,
): AsyncGenerator<LogMessage> {
  await whenBack(() => requireVisible(sql, user, { attemptId }), { patienceMs: Infinity, signal });
  yield* logs.follow(attemptId, from, signal, writable);
}

/** One part of the log of an Attempt, at most `limit` bytes. Throws `notFound` as {@link followLog} does. */
export async function readLog(
  { sql, logs }: LogContext,
  user: User,
  {
    attemptId,
    offset,
    limit,
  }: { readonly attemptId: number; readonly offset: number; readonly limit: number },
): Promise<{ data: Uint8Array; end: number }> {
  await requireVisible(sql, user, { attemptId });
  return logs.read(attemptId, offset, limit);
}
