import { openClient } from './client.ts';

/** Numbers of the locks that replicas take from each other, beside the migration's (see migrate.ts). */
export const sessionLocks = { scan: 7_420_002, housekeeping: 7_420_003 } as const;

export interface LockOptions {
  /** Whether to wait until the holder is done; else the answer is undefined when somebody has it. */
  readonly wait: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes a lock that one session in the whole database can hold, on a connection of its own; undefined when another
 * session holds it and `wait` is false. Postgres gives it back when the session ends, however that happens, so no crash
 * leaves it behind. A lost connection loses the lock without a word: it keeps replicas from doing the same work at the
 * same time, and what would be wrong, and not only wasteful, must not rest on it alone.
 */
export async function takeSessionLock(
  url: string,
  lock: (typeof sessionLocks)[keyof typeof sessionLocks],
  { wait, signal }: LockOptions,
): Promise<AsyncDisposable | undefined> {
  signal?.throwIfAborted();
  const client = openClient(url, {
    max: 1,
    max_lifetime: null,
    connection: { application_name: 'flotilla lock' },
  });
  const end = () => client.end({ timeout: 5 });
  const query = wait
    ? client<{ held: boolean }[]>`select true as held from (select pg_advisory_lock(${lock})) as taken`
    : client<{ held: boolean }[]>`select pg_try_advisory_lock(${lock}) as held`;
  // Ends the wait too when no new connection is to be had that says so to the server.
  const cancel = () => {
    query.cancel();
    void end();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const [row] = await query;
    if (row?.held === true) return { [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
  await end();
  return undefined;
}
