import { sleep } from '@flotilla/launcher/sleep';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { announceEnds, type EndsContext } from './announceEnds.ts';
import { loseAttempts, type EndedAttempt } from './queries/loseAttempts.ts';
import { timeByWriting } from './queries/timeByWriting.ts';
import { timeOutAttempts } from './queries/timeOutAttempts.ts';

/** What a Runner may take to end an Attempt that timed out, beside the grace for its container: it is done by then. */
const timeoutSlackMs = 30_000;
/** What it may take besides to hand in log and Patch: a log of 100 MiB goes over 30 kB a second in that time. */
const handInMs = 3_600_000;

/**
 * Ends Attempts whose lease ran out or whose time is long over, every `janitorMs`, until the signal aborts. It expires nothing before it has run
 * with the database up for one whole lease (invariant I8): after an outage every Runner gets the time to renew.
 */
export async function runJanitor(
  context: EndsContext & { readonly sql: Sql; readonly config: Config; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { sql, config, logger } = context;
  /** Monotonic time since which every round found the database, and could write; undefined after a failed one. */
  let upSinceMs: number | undefined;
  /** When the database answered last. */
  let answeredMs = performance.now();
  while (await sleep(config.janitorMs, signal)) {
    try {
      const seenAt = await timeByWriting(sql);
      const now = performance.now();
      // Neither a process that was paused (SIGSTOP, a suspended laptop) has seen the database up meanwhile, nor one
      // whose network was silent and then brought the answer after all.
      if (now - answeredMs > config.leaseMs / 2 + config.janitorMs) upSinceMs = undefined;
      answeredMs = now;
      upSinceMs ??= now;
      if (now - upSinceMs < config.leaseMs) continue;
      const lost = await loseAttempts(sql, { cause: 'leaseExpired', seenAt });
      if (lost.length > 0)
        logger.warn({ attemptIds: idsOf(lost) }, 'attempts were lost: their leases ran out');
      const slackMs = config.stopGraceMs + Math.max(timeoutSlackMs, config.leaseMs);
      const late = await timeOutAttempts(sql, { seenAt, slackMs, handInMs, upForMs: now - upSinceMs });
      if (late.length > 0)
        logger.warn({ attemptIds: idsOf(late) }, 'attempts timed out, and their runners did not end them');
      announceEnds(context, [...lost, ...late]);
    } catch (error) {
      if (!isTransientDatabaseError(error)) throw error;
      upSinceMs = undefined;
      logger.warn({ err: error }, 'the janitor could not reach the database; no lease is expired');
    }
  }
}

function idsOf(ended: readonly EndedAttempt[]): number[] {
  return ended.map(({ attemptId }) => attemptId);
}
