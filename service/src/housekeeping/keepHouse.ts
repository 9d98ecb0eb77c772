import { sleep } from '@flotilla/launcher/sleep';
import { sessionLocks, takeSessionLock } from '../db/sessionLock.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { compactLogs } from './compactLogs.ts';
import { deleteBytes } from './deleteBytes.ts';
import { deleteLeftovers } from './deleteLeftovers.ts';
import { expireStreams } from './expireStreams.ts';
import { HeapSearch } from './heapSearch.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { isOfDisk } from './isOfDisk.ts';
import { removeExecutions } from '../executions/removeExecutions.ts';
import { removeExpiredScopes } from '../scopes/removeExpiredScopes.ts';
import { removePlans } from '../plans/removePlans.ts';
import { removePins } from './removePins.ts';
import { repackMirrors } from './repackMirrors.ts';

/**
 * Compacts sealed logs and mirrors and deletes what has been kept long enough, Executions too, every `housekeepingMs` until the signal aborts, in
 * one replica at a time: two would write the same objects.
 */
export async function keepHouse(context: HousekeepingContext, signal: AbortSignal): Promise<void> {
  const { config, databaseUrl, logger } = context;
  const heaps = new HeapSearch();
  while (await sleep(config.housekeepingMs, signal)) {
    try {
      const options = { wait: false, signal };
      await using lock = await takeSessionLock(databaseUrl, sessionLocks.housekeeping, options);
      if (lock !== undefined) await keepHouseOnce(context, heaps, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransientDatabaseError(error) && !isOfDisk(error)) throw error;
      logger.warn({ err: error }, 'housekeeping was interrupted; it goes on in the next round');
    }
  }
}

/** One round. */
export async function keepHouseOnce(
  context: HousekeepingContext,
  heaps: HeapSearch,
  signal: AbortSignal,
): Promise<void> {
  const { sql, objects, config, logger } = context;
  await removeExecutions(context, config.keepExecutionsDays, signal);
  await removePlans(context, signal);
  const logs = await expireStreams(sql, 'log', config.keepLogsDays, signal);
  const patches = await expireStreams(sql, 'patch', config.keepPatchesDays, signal);
  if (logs + patches > 0) logger.info({ logs, patches }, 'logs and patches have expired');
  await compactLogs({ sql, objects, logger }, signal);
  await deleteBytes(sql, objects, signal);
  await deleteLeftovers(context, signal);
  await removeExpiredScopes(sql);
  await removePins(context, signal);
  await heaps.look(context, signal);
  await repackMirrors(context, signal);
}
