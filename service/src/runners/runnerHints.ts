import type { RunnerHint } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { requestedCancellations } from './queries/requestedCancellations.ts';

/** Nothing depends on this poll: heartbeats and claims find the same out. It bounds the wait for an abort. */
const pollMs = 30_000;

/** Tells a Runner at once that there is work, or that an Attempt of its is to be cancelled. */
export async function* runnerHints(
  { sql, hints }: { readonly sql: Sql; readonly hints: Hints },
  runnerId: string,
  signal: AbortSignal,
): AsyncGenerator<RunnerHint> {
  using queue = hints.listen('queue');
  using cancel = hints.listen('cancel');
  let work = queue.next(pollMs, signal).then(() => 'work' as const);
  let cancellation = cancel.next(pollMs, signal).then(() => 'cancel' as const);
  while (!signal.aborted) {
    const kind = await Promise.race([work, cancellation]);
    if (signal.aborted) return;
    if (kind === 'work') {
      work = queue.next(pollMs, signal).then(() => 'work' as const);
      yield { kind: 'work' };
    } else {
      cancellation = cancel.next(pollMs, signal).then(() => 'cancel' as const);
      const attemptIds = await cancellationsOf(sql, runnerId);
      if (attemptIds.length > 0) yield { kind: 'cancel', attemptIds };
    }
  }
}

async function cancellationsOf(sql: Sql, runnerId: string): Promise<number[]> {
  try {
    return await requestedCancellations(sql, runnerId);
  } catch (error) {
    // The next heartbeat says the same.
    if (isTransientDatabaseError(error)) return [];
    throw error;
  }
}
