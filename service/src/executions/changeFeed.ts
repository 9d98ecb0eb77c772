import { sleep } from '@flotilla/launcher/sleep';
import type { Changes, QueueView, RunnerView } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { selectAttempts, type AttemptRow } from '../jobs/queries/selectAttempts.ts';
import { selectJobs } from '../jobs/queries/selectJobs.ts';
import { canSee } from '../repositories/canSee.ts';
import { selectQueue } from '../runners/queries/selectQueue.ts';
import { selectRunners } from '../runners/queries/selectRunners.ts';
import { executionView } from './executionView.ts';
import { selectExecutions, type ExecutionRow } from './queries/selectExecutions.ts';
import { selectRemoved } from './queries/selectRemoved.ts';

/** Hints can be lost: the feed looks this often besides (docs/decisions/0006). */
const pollMs = 2000;
/** Between two reads of one feed, in milliseconds. */
const leastMs = 100;
/**
 * So many changed rows are sent in one message; where there are more, an editor lists anew, which is bounded by what it
 * holds and not by how long it was away. A burst is to stay below it: 1,000 Jobs that end within one read are 2,000
 * rows. 5,000 rows took 0.5 s to read and send, and were 2 MB.
 */
export const maxRows = 5000;
/** Between two reads where one after the other is too much, because a long transaction holds the cursor back. */
const anewMs = 10_000;

interface Page extends Omit<Changes, 'executions' | 'attempts' | 'runners' | 'queue'> {
  readonly attempts: readonly AttemptRow[];
  readonly runners: readonly RunnerView[];
  readonly queue: QueueView;
  readonly cursor: string;
  readonly executions: readonly ExecutionRow[];
}

/**
 * What changed since a cursor. A cursor is the oldest transaction that was still running when it was taken: whatever
 * a later transaction wrote has a `changed_xid` at or above it, so nothing is missed whatever the order of commits;
 * some rows come twice, which does no harm, because rows replace what an editor holds.
 */
export class ChangeFeed {
  readonly #sql: Sql;
  readonly #hints: Hints;
  readonly #leaseMs: number;
  /** Editors that wait at the same cursor share one read. */
  readonly #reads = new Map<string, Promise<Page>>();

  constructor(sql: Sql, hints: Hints, leaseMs: number) {
    this.#sql = sql;
    this.#hints = hints;
    this.#leaseMs = leaseMs;
  }

  /** Yields the changes that one user may see until the signal aborts. Without a cursor it starts now. */
  async *watch(
    user: Pick<User, 'id' | 'sees'>,
    from: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<{ cursor: string; changes: Changes }> {
    using listener = this.#hints.listen('changes');
    let cursor = from;
    let wasAnew = false;
    let seen = { fleet: '', queue: '' };
    while (!signal.aborted) {
      const readAt = performance.now();
      const page = await this.#tryRead(cursor);
      let waitMs = leastMs;
      if (page !== undefined) {
        const first = cursor === undefined;
        cursor = page.cursor;
        if (page.listAnew && wasAnew) waitMs = anewMs;
        wasAnew = page.listAnew;
        if (
          first ||
          page.listAnew ||
          page.executions.length > 0 ||
          page.jobs.length > 0 ||
          page.attempts.length > 0 ||
          page.removed.length > 0 ||
          fleetOf(page) !== seen.fleet ||
          JSON.stringify(page.queue) !== seen.queue
        ) {
          const now = { fleet: fleetOf(page), queue: JSON.stringify(page.queue) };
          const runners = now.fleet === seen.fleet ? null : page.runners;
          const queue = now.queue === seen.queue ? null : page.queue;
          seen = now;
          const executions = page.executions.map((row) => executionView(row, user.id));
          const { listAnew, removed, runnersOnline } = page;
          const jobs = page.jobs.filter((job) => canSee(user, { id: job.repositoryId }));
          const attempts = page.attempts
            .filter(({ repositoryId: id }) => canSee(user, { id }))
            .map(({ attempt }) => attempt);
          yield {
            cursor,
            changes: { listAnew, executions, jobs, attempts, removed, runnersOnline, runners, queue },
          };
        }
      }
      // At once when it has been quiet, and then not more often than people can see: a read counts whole Executions.
      await sleep(Math.max(0, readAt + waitMs - performance.now()), signal);
      await listener.next(pollMs, signal);
    }
  }

  /** Undefined while the database is away: the subscription lives on and looks again. */
  async #tryRead(cursor: string | undefined): Promise<Page | undefined> {
    const key = cursor ?? 'now';
    const read = this.#reads.get(key) ?? this.#read(cursor).finally(() => this.#reads.delete(key));
    this.#reads.set(key, read);
    try {
      return await read;
    } catch (error) {
      if (isTransientDatabaseError(error)) return undefined;
      throw error;
    }
  }

  async #read(from: string | undefined): Promise<Page> {
    const sql = this.#sql;
    // Taken before the rows are read: what commits in between is then read twice rather than never.
    const [now] = await sql<
      { cursor: string; changed: number }[]
    >`select pg_snapshot_xmin(pg_current_snapshot())::text as cursor, ${countChanged(sql, from)} as changed`;
    if (now === undefined) throw new Error('the database gave no snapshot');
    const [runners, queue] = await Promise.all([
      selectRunners(sql, this.#leaseMs),
      selectQueue(sql, this.#leaseMs),
    ]);
    const runnersOnline = runners.filter((runner) => runner.online && !runner.draining).length;
    const fleet = { cursor: now.cursor, runnersOnline, runners, queue };
    const listAnew = now.changed > maxRows;
    if (from === undefined || listAnew) {
      return { ...fleet, listAnew, executions: [], jobs: [], attempts: [], removed: [] };
    }
    const [jobs, attempts] = await Promise.all([
      selectJobs(sql, sql`jobs.changed_xid >= ${from}`),
      selectAttempts(sql, sql`attempts.changed_xid >= ${from}`),
    ]);
    const executionIds = [...new Set(jobs.map((job) => job.executionId))];
    const executions = await selectExecutions(
      sql,
      // An array, so that both sides of the "or" are looked up by their indexes.
      sql`changed_xid >= ${from} or id = any(array(
            select value::bigint from jsonb_array_elements_text(${sql.json(executionIds)})))`,
      maxRows + jobs.length,
    );
    const removed = await selectRemoved(sql, from);
    return { ...fleet, listAnew, executions, jobs, attempts, removed };
  }
}

/** How many rows changed since a cursor; it stops to count beyond what one message takes. */
function countChanged(sql: Sql, from: string | undefined) {
  if (from === undefined) return sql`0`;
  return sql`(select count(*)::int from (
    (select from jobs where changed_xid >= ${from} limit ${maxRows + 1}) union all
    (select from attempts where changed_xid >= ${from} limit ${maxRows + 1}) union all
    (select from executions where changed_xid >= ${from} limit ${maxRows + 1}) union all
    (select from removed_executions where changed_xid >= ${from} limit ${maxRows + 1})) as changed)`;
}

/** What is worth telling of the Runners: a heartbeat alone is not. */
function fleetOf({ runners }: Page): string {
  return JSON.stringify(runners.map((runner) => ({ ...runner, lastSeenAt: 0 })));
}
