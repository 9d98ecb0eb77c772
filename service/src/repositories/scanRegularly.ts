import { sleep } from '@flotilla/launcher/sleep';
import type { Logger } from 'pino';
import type { Scans } from './scans.ts';

/** Scans every `everyMs`, until the signal aborts. */
export async function scanRegularly(
  scans: Scans,
  everyMs: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  do {
    try {
      await scans.scanUnlessTaken(signal);
    } catch (error) {
      if (signal.aborted) return;
      // The database is away, which is the outside's fault: the next round tries again.
      logger.warn({ err: error }, 'a code host could not be scanned');
    }
  } while (await sleep(everyMs, signal));
}
