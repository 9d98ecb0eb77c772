import { openClient } from './client.ts';

/** A lock that one session in the whole database can hold: of what kind of work, and on what. */
export type SessionLock = readonly [kind: number, id: number];

/** The locks that replicas take from each other, beside the migration's (see migrate.ts). */
export const sessionLocks = {
  /** Who scans a code host. */
  scan: (hostId: number): SessionLock => [7_420_002, hostId],
  housekeeping: [7_420_003, 0] as SessionLock,
  /** Who says which code hosts there are. */
  hosts: [7_420_004, 0] as SessionLock,
  /** Who writes into the mirror of a repository what rows will rely on, or takes from it what none needs. */
  mirror: (repositoryId: number): SessionLock => [7_420_005, repositoryId],
} as const;

export interface LockOptions {
  /** Whether to wait until the holder is done; else the answer is undefined when somebody has it. */
  readonly wait: boolean;
  /** Its abort ends the wait, and with that the whole session. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A session that holds locks, on a connection of its own. Postgres gives them back when the session ends, however that
 * happens, so no crash leaves one behind. A lost connection loses them: they keep replicas from doing the same work at the
 * same time, and what would be wrong, and not only wasteful, must look at `lost` too.
 */
export class LockSession implements AsyncDisposable {
  readonly #client;
  readonly #lost = new AbortController();
  /** Aborted when locks that were taken are held no more. */
  readonly lost: AbortSignal = this.#lost.signal;

  constructor(databaseUrl: string) {
    this.#client = openClient(databaseUrl, {
      max: 1,
      max_lifetime: null,
      connection: { application_name: 'flotilla lock' },
      onclose: () => this.#lost.abort(lostLocks()),
    });
  }

  /**
   * Takes a lock, which is given back when it is disposed; undefined when another session holds it and `wait` is false. What
   * else this session is asked for waits as well.
   */
  async take([kind, id]: SessionLock, { wait, signal }: LockOptions): Promise<AsyncDisposable | undefined> {
    signal?.throwIfAborted();
    const client = this.#client;
    const query = wait
      ? client<{ held: boolean }[]>`
          select true as held from (select pg_advisory_lock(${kind}::int, ${id}::int)) as taken`
      : client<{ held: boolean }[]>`select pg_try_advisory_lock(${kind}::int, ${id}::int) as held`;
    // Ends the wait too when no new connection is to be had that says so to the server.
    const cancel = () => {
      query.cancel();
      void this[Symbol.asyncDispose]();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const [row] = await query;
      if (row?.held !== true) return undefined;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    return {
      async [Symbol.asyncDispose]() {
        // A session that has ended holds nothing.
        await client`select pg_advisory_unlock(${kind}::int, ${id}::int)`.catch(() => undefined);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end({ timeout: 5 });
  }
}

/** As the driver says it of a statement: whoever meets it tries again. */
function lostLocks(): Error {
  return Object.assign(new Error('the connection that holds a lock was lost'), { code: 'CONNECTION_CLOSED' });
}

/** Takes one lock by a session of its own; undefined when another session holds it and `wait` is false. */
export async function takeSessionLock(
  databaseUrl: string,
  lock: SessionLock,
  options: LockOptions,
): Promise<AsyncDisposable | undefined> {
  await using resources = new AsyncDisposableStack();
  const session = resources.use(new LockSession(databaseUrl));
  if ((await session.take(lock, options)) === undefined) return undefined;
  const owned = resources.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
