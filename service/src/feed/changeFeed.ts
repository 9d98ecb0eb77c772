import { sleep } from '@flotilla/launcher/sleep';
import type { Changes } from '@flotilla/shared/protocol/liveRows';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { readChanges, type ChangedRows } from './readChanges.ts';
import type { Topics } from './topics.ts';
import { visibleViews } from './visibleViews.ts';

/** Hints can be lost: the feed looks this often besides (docs/decisions/0006). */
const pollMs = 2000;
/** Between two reads of one feed, in milliseconds. */
const leastMs = 100;
/** Between two reads where one after the other is too much, because a long transaction holds the cursor back. */
const anewMs = 10_000;

interface FeedContext {
  readonly sql: Sql;
  readonly hints: Hints;
  readonly topics: Topics;
  readonly leaseMs: number;
}

/**
 * What changed since a cursor. A cursor is the oldest transaction that was still running when it was taken: whatever
 * a later transaction wrote has a `changed_xid` at or above it, so nothing is missed whatever the order of commits;
 * some rows come twice, which does no harm, because rows replace what an editor holds.
 */
export class ChangeFeed {
  readonly #context: FeedContext;
  /** Editors that wait at the same cursor share one read. */
  readonly #reads = new Map<string, Promise<ChangedRows>>();

  constructor(context: FeedContext) {
    this.#context = context;
  }

  /**
   * Yields the changes of some topics for one user until the signal aborts. Without a cursor it starts now. A topic
   * that there is not has no changes.
   */
  async *watch(
    user: User,
    topics: ReadonlySet<string>,
    from: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<{ cursor: string; changes: Changes }> {
    using listener = this.#context.hints.listen('changes');
    const told = new Map<string, string>();
    let cursor = from;
    let wasAnew = false;
    while (!signal.aborted) {
      const readAt = performance.now();
      const read = await this.#tryRead(cursor);
      let waitMs = leastMs;
      if (read !== undefined) {
        const isFirst = cursor === undefined;
        cursor = read.cursor;
        if (read.listAnew && wasAnew) waitMs = anewMs;
        wasAnew = read.listAnew;
        const changes = changesFor(user, topics, read, told);
        if (isFirst || read.listAnew || !isEmpty(changes)) yield { cursor, changes };
      }
      // At once when it has been quiet, and then not more often than people can see: a read counts whole Executions.
      await sleep(Math.max(0, readAt + waitMs - performance.now()), signal);
      await listener.next(pollMs, signal);
    }
  }

  /** Undefined while the database is away: the subscription lives on and looks again. */
  async #tryRead(cursor: string | undefined): Promise<ChangedRows | undefined> {
    const { sql, topics, leaseMs } = this.#context;
    const key = cursor ?? 'now';
    const read =
      this.#reads.get(key) ??
      readChanges(sql, topics, cursor, leaseMs).finally(() => this.#reads.delete(key));
    this.#reads.set(key, read);
    try {
      return await read;
    } catch (error) {
      if (isTransientDatabaseError(error)) return undefined;
      throw error;
    }
  }
}

/** What one user is told of a read. `told` has how the lists looked when they were last told, and is moved on. */
function changesFor(
  user: User,
  topics: ReadonlySet<string>,
  { listAnew, changed, gone, lists }: ChangedRows,
  told: Map<string, string>,
): Changes {
  const rows: Record<string, readonly unknown[]> = {};
  for (const { topic, rows: some } of changed) {
    if (!topics.has(topic.name)) continue;
    const views = visibleViews(topic, some, user);
    if (views.length > 0) rows[topic.name] = views;
  }
  for (const { topic, rows: all, look } of lists) {
    if (!topics.has(topic.name) || told.get(topic.name) === look) continue;
    told.set(topic.name, look);
    rows[topic.name] = visibleViews(topic, all, user);
  }
  return {
    listAnew,
    rows,
    gone: Object.fromEntries(
      gone.filter(({ topic }) => topics.has(topic.name)).map(({ topic, ids }) => [topic.name, ids]),
    ),
  };
}

function isEmpty({ rows, gone }: Changes): boolean {
  return Object.keys(rows).length === 0 && Object.keys(gone).length === 0;
}
