import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import { storeProgress } from './queries/storeProgress.ts';
import type { ScanProgress } from './scanProgress.ts';

/** Between two times that a scan says how far it is. */
const tellMs = 1000;

/**
 * Writes how far a scan is into the row of its host, for who asks any replica, every {@link tellMs}: most scans are done before the
 * first. Disposing says that it has ended. What could not be written is written the next time.
 */
export function tellProgress(
  { sql, logger }: { readonly sql: Sql; readonly logger: Logger },
  hostId: number,
  progress: ScanProgress,
): AsyncDisposable {
  let telling: Promise<void> = Promise.resolve();
  const tell = (now: ScanProgress | null) => {
    telling = telling
      .then(() => storeProgress(sql, hostId, now))
      .catch((error: unknown) =>
        logger.debug({ err: error, hostId }, 'the progress of a scan could not be written'),
      );
    return telling;
  };
  const timer = setInterval(() => void tell(progress), tellMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await tell(null);
    },
  };
}
