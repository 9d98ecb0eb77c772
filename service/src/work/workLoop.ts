import { hostname } from 'node:os';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import type { Hints } from '../db/hints.ts';
import { performWork, type TakenWork, type WorkContext } from './performWork.ts';
import { nextDue } from './queries/nextDue.ts';
import { putOffWork } from './queries/putOffWork.ts';
import { takeWork, type TakenRow } from './queries/takeWork.ts';
import type { AnyWorkKind } from './workKind.ts';
import { backOffAfter, type WorkOutcome } from './workOutcome.ts';

/** Hints can be lost: it looks this often besides. */
const pollMs = 2000;
/** Between two looks when something is due that cannot be taken, such as a row that another replica is just taking. */
const leastMs = 50;
/** Between two looks while the database is away. */
const awayMs = 1000;
/** So often a row may be left behind before it rests like one that failed. */
const mostLeft = 2;

/** Does background work in this replica: takes what is due, as much of each kind at the same time as the kind says. */
export class WorkLoop {
  readonly kinds: ReadonlyMap<string, AnyWorkKind>;
  /** Who has a row, for people. */
  readonly holder = `${hostname()} (process ${process.pid})`;
  readonly #context: WorkContext & { readonly hints: Hints };
  readonly #running = new Map<string, Set<Promise<void>>>();
  /** What callers have begun, which takes none of the room of its kind. */
  readonly #begun = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(context: WorkContext & { readonly hints: Hints }, kinds: readonly AnyWorkKind[]) {
    this.#context = context;
    this.kinds = new Map(kinds.map((kind) => [kind.name, kind]));
    for (const { name } of kinds) this.#running.set(name, new Set());
  }

  /** Works until the signal aborts; then what it has is given back. Rejects only for a bug. */
  async run(signal: AbortSignal): Promise<void> {
    const { logger, hints } = this.#context;
    using listener = hints.listen('work');
    while (!signal.aborted) {
      let waitMs = awayMs;
      try {
        waitMs = await this.#takeDue(signal);
      } catch (error) {
        if (!isTransientDatabaseError(error)) throw error;
        logger.warn({ err: error }, 'background work could not be looked at; trying again');
      }
      await listener.next(waitMs, signal);
    }
    this.#stopping.abort(signal.reason);
    const running = [...this.#running.values()].flatMap((ofKind) => [...ofKind]);
    // Whoever has begun something hears how it ended.
    await Promise.allSettled([...running, ...this.#begun]);
  }

  /**
   * Does work that the caller has begun (see beginningWork), as {@link performWork} does. When this replica stops it is given
   * back as all else is, and {@link run} ends after it.
   */
  async performBegun(
    taken: TakenWork,
    run: (signal: AbortSignal) => Promise<WorkOutcome>,
    signal: AbortSignal,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.#stopping.signal]);
    const performing = performWork(this.#context, taken, run, either);
    this.#begun.add(performing);
    try {
      await performing;
    } finally {
      this.#begun.delete(performing);
    }
  }

  /** Starts what is due, and returns how long it can wait until it looks again, in milliseconds. */
  async #takeDue(signal: AbortSignal): Promise<number> {
    const { sql } = this.#context;
    const rooms = [...this.kinds.values()].flatMap(({ name, atOnce, leaseMs }) => {
      const free = atOnce - (this.#running.get(name)?.size ?? 0);
      return free > 0 ? [{ kind: name, free, leaseMs }] : [];
    });
    if (rooms.length === 0) return pollMs;
    const taken = await takeWork(sql, rooms, this.holder);
    for (const row of taken) this.#start(row, signal);
    if (taken.length > 0) return 0;
    const inMs = await nextDue(
      sql,
      rooms.map(({ kind }) => kind),
    );
    return Math.min(pollMs, Math.max(leastMs, inMs ?? pollMs));
  }

  #start(row: TakenRow, signal: AbortSignal): void {
    const kind = this.kinds.get(row.kind);
    const running = this.#running.get(row.kind);
    if (kind === undefined || running === undefined) throw new Error(`nobody asked for work ${row.kind}`);
    const { hints, logger } = this.#context;
    const name = `${row.kind} ${row.key}`;
    const performing = this.#perform(kind, row, name, signal)
      .catch((error: unknown) =>
        logger.error({ err: error, work: name }, 'background work was lost sight of'),
      )
      .finally(() => {
        running.delete(performing);
        // There is room again.
        hints.wake('work');
      });
    running.add(performing);
  }

  async #perform(kind: AnyWorkKind, row: TakenRow, name: string, signal: AbortSignal): Promise<void> {
    const { id, token, key, payload, tries } = row;
    const { leaseMs, backOffMs } = kind;
    const lease = { id, token };
    if (row.leftBehind && tries > mostLeft) {
      // Whoever had it died each time, or had no database for a lease: it may be what they died of. It does not count as
      // another try.
      await putOffWork(this.#context.sql, lease, {
        due: { afterMs: backOffAfter(tries, backOffMs) },
        tries,
        said: { reason: 'Whoever had it did not finish it, more than once.', error: null },
      });
      return;
    }
    await performWork(
      this.#context,
      { lease, name, tries, leaseMs, backOffMs },
      (stop) => kind.run({ lease, key, payload }, stop),
      signal,
    );
  }
}
