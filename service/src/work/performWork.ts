import { sleep } from '@flotilla/launcher/sleep';
import { FlotillaError } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { whenBack } from '../db/whenBack.ts';
import { keepLease } from './keepLease.ts';
import { finishWork } from './queries/finishWork.ts';
import { putOffWork, type Wait } from './queries/putOffWork.ts';
import type { WorkLease, WorkLimits } from './workKind.ts';
import { backOffAfter, type WorkOutcome } from './workOutcome.ts';

/** {@link WorkContext.stopMs}, unless told otherwise. */
const standardStopMs = 10_000;
/** Characters of a thrown error that are kept: enough to recognise it, the log has the rest. */
const mostErrorLetters = 1000;

export interface WorkContext {
  readonly sql: Sql;
  readonly hints: Pick<Hints, 'publish' | 'wake'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** How long a handler may take to notice that it is to stop, in milliseconds; then its row is given back without it. */
  readonly stopMs?: number;
}

/** A row that this replica has taken. */
export interface TakenWork extends WorkLimits {
  readonly lease: WorkLease;
  /** How it is called in the log: its kind and key. */
  readonly name: string;
  /** How often it has been taken since it last got on, this time included. */
  readonly tries: number;
}

/**
 * Does a row of work while its lease is renewed, and writes down how it came out. What is thrown counts as failed, so
 * that a bug is tried again after the back-off and never at once. When the signal aborts, the row is given back, due at once.
 * Never rejects for what `run` throws.
 */
export async function performWork(
  context: WorkContext,
  taken: TakenWork,
  run: (signal: AbortSignal) => Promise<WorkOutcome>,
  signal: AbortSignal,
): Promise<void> {
  const { sql, hints } = context;
  const { lease, leaseMs } = taken;
  await using renewal = keepLease(sql, lease, leaseMs);
  const stopped = AbortSignal.any([signal, renewal.lost]);
  const wait = await waitAfter(context, taken, running(run, stopped, context.stopMs ?? standardStopMs), {
    signal,
    lost: renewal.lost,
  });
  // Whoever has it now says what becomes of it.
  if (renewal.lost.aborted) return;
  // None may be under way when the row is given back: it would be taken as held once more.
  await renewal.stop();
  try {
    await whenBack(() => (wait === undefined ? finishWork(sql, lease) : putOffWork(sql, lease, wait)), {
      patienceMs: leaseMs,
      signal,
    });
    // What is given back is the other replicas' to take; all else this one sees to itself, or time does.
    if (signal.aborted) hints.publish('work');
    else hints.wake('work');
  } catch (error) {
    // Nothing is lost: the lease runs out, and the row is taken again.
    if (!isTransientDatabaseError(error)) throw error;
  }
}

/** How a row waits after a run; undefined when it is done. */
async function waitAfter(
  { logger }: WorkContext,
  { name, tries, backOffMs }: TakenWork,
  run: Promise<WorkOutcome>,
  { signal, lost }: { readonly signal: AbortSignal; readonly lost: AbortSignal },
): Promise<Wait | undefined> {
  const due = { afterMs: backOffAfter(tries, backOffMs) };
  try {
    const outcome = await run;
    if (outcome.kind === 'done') return undefined;
    const said = { reason: outcome.reason, error: null };
    return outcome.kind === 'again' ? { due: outcome.due, tries: 0, said } : { due, tries, said };
  } catch (error) {
    if (signal.aborted || lost.aborted) return { due: { afterMs: 0 }, tries: tries - 1 };
    if (isTransientDatabaseError(error)) {
      return { due, tries, said: { reason: 'The database was away for a moment.', error: null } };
    }
    if (error instanceof FlotillaError) {
      logger.warn({ err: error, work: name }, 'background work was refused; it is tried again');
      return { due, tries, said: { reason: error.message, error: null } };
    }
    logger.error({ err: error, work: name }, 'background work threw an exception; it is tried again');
    return {
      due,
      tries,
      said: {
        reason: 'Something went wrong in the service; its log says what.',
        error: String(error).slice(0, mostErrorLetters),
      },
    };
  }
}

/** A run that rejects a while after the signal aborts, at the latest. */
async function running(
  run: (signal: AbortSignal) => Promise<WorkOutcome>,
  signal: AbortSignal,
  stopMs: number,
): Promise<WorkOutcome> {
  const ended = new AbortController();
  const overdue = (async (): Promise<WorkOutcome> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    ended.signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) resolve();
    await promise;
    signal.removeEventListener('abort', stop);
    await sleep(stopMs, ended.signal);
    throw new Error(`it did not stop within ${stopMs} ms`);
  })();
  // After an end nobody waits for it.
  overdue.catch(() => undefined);
  try {
    return await Promise.race([run(signal), overdue]);
  } finally {
    ended.abort();
  }
}
