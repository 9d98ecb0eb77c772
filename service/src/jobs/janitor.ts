import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { loseAttempts } from './queries/loseAttempts.ts';

/**
 * Ends Attempts whose lease ran out, every `janitorMs`, until the signal aborts. It expires nothing before it has run
 * with the database up for one whole lease (invariant I8): after an outage every Runner gets the time to renew.
 */
export async function runJanitor(
  context: { readonly sql: Sql; readonly hints: Hints; readonly config: Config; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { sql, hints, config, logger } = context;
  /** Monotonic time since which every round found the database; undefined after a failed one. */
  let upSinceMs: number | undefined;
  let lastRoundMs = performance.now();
  while (await pause(config.janitorMs, signal)) {
    const now = performance.now();
    // A process that was paused (SIGSTOP, a suspended laptop) has not seen the database up meanwhile.
    if (now - lastRoundMs > config.leaseMs / 2 + config.janitorMs) upSinceMs = undefined;
    lastRoundMs = now;
    try {
      await sql`select 1`;
      upSinceMs ??= now;
      if (now - upSinceMs < config.leaseMs) continue;
      const lost = await loseAttempts(sql, { cause: 'leaseExpired' });
      if (lost.length > 0) {
        logger.warn({ attemptIds: lost }, 'attempts were lost: their leases ran out');
        for (const attemptId of lost) hints.publish(`log:${attemptId}`);
        hints.publish('queue');
        hints.publish('changes');
        hints.publish('seal');
      }
    } catch (error) {
      if (!isTransientDatabaseError(error)) throw error;
      upSinceMs = undefined;
      logger.warn({ err: error }, 'the janitor could not reach the database; no lease is expired');
    }
  }
}

/** Waits; false when the signal aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
  return !signal.aborted;
}
